#!/bin/sh
# Installs into /venv, which an image then takes over as a whole.
#
#   install-for SERVICE             the pinned requirements of a service, checked by hash
#   install-for --ours [FOLDER]     our own packages: the shared one, and that of a service
set -eu

if [ "$1" = --ours ]; then
  shift
  # Built by the builder's own tools; what it takes to build never comes near /venv.
  for folder in "$@"; do
    uv build --quiet --wheel --no-build-isolation --out-dir /built "$folder"
  done
  uv pip install --quiet --python /venv --no-deps /wheels/*.whl $(find /built -name '*.whl' 2>/dev/null)
  exit
fi

python -m venv --without-pip /venv
uv pip install --python /venv --cache-dir /cache --require-hashes -r "requirements/$1.txt"
# No tests in an image: a tenth of the size of the scientific packages.
find /venv/lib -type d -name tests -prune -exec rm -rf {} +
