#!/bin/sh
# Databases and model artifacts into backups/<time>: make backup. Nothing is stopped for it.
# The databases first: artifacts are only ever added, so all a database names is in the archive.
set -eu
cd "$(dirname "$0")/../.."
to="${CLIMATE_BACKUPS:-backups}/$(date -u +%Y-%m-%dT%H-%M-%SZ)"
umask 077
mkdir -p "$to"
for database in climate optuna mlflow; do
  docker compose exec -T postgres pg_dump --username=climate --format=custom "$database" \
    >"$to/$database.dump"
done
docker compose exec -T mlflow python -c '
import sys, tarfile
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|gz") as archive:
    archive.add("/var/lib/climate", arcname=".")' >"$to/artifacts.tar.gz"
echo "Backed up to $to ($(du -sh "$to" | cut -f1))."
