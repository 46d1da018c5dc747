#!/bin/sh
# Puts a backup in place of the present data: make restore FROM=backups/<time>.
# The services stop for as long as it takes; what was at work is taken up again by the ledger.
set -eu
cd "$(dirname "$0")/../.."
from="${1:-}"
for file in climate.dump optuna.dump mlflow.dump artifacts.tar.gz; do
  [ -s "$from/$file" ] || { echo "Say which backup: make restore FROM=backups/<time> (no $file in '$from')"; exit 1; }
done

in_postgres() {
  docker compose exec -T --env PGOPTIONS=--client_min_messages=warning postgres "$@"
}

docker compose stop api collector trainer registry-gate scheduler mlflow
docker compose up --detach --wait postgres
for database in climate optuna mlflow; do
  # A new database rather than an emptied one; the roles keep their passwords.
  in_postgres dropdb --username=climate --force --if-exists "$database.restored"
  in_postgres createdb --username=climate "$database.restored"
  in_postgres pg_restore --username=climate --dbname="$database.restored" \
    --exit-on-error <"$from/$database.dump"
  in_postgres psql --quiet --username=climate --dbname=postgres --set=ON_ERROR_STOP=1 <<SQL
DROP DATABASE IF EXISTS "$database" WITH (FORCE);
ALTER DATABASE "$database.restored" RENAME TO "$database";
SQL
done
in_postgres psql --quiet --username=climate --dbname=postgres --set=ON_ERROR_STOP=1 <<SQL
ALTER DATABASE optuna OWNER TO trainer;
ALTER DATABASE mlflow OWNER TO mlflow;
SQL
docker compose run --rm --no-deps -T mlflow python -c '
import sys, tarfile
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|gz") as archive:
    archive.extractall("/var/lib/climate", filter="data")' <"$from/artifacts.tar.gz"
# What the API kept, to come up with, may be of promotions that are no more: it reads what there is.
docker compose run --rm --no-deps -T api python -c '
import pathlib, shutil
for each in pathlib.Path("/var/lib/climate").iterdir():
    shutil.rmtree(each)'
# Messages of another past are worth nothing; the ledger sends anew what is due.
docker compose exec -T redis sh -c 'REDISCLI_AUTH=$(cut -d" " -f2 /run/secrets/redis_auth) redis-cli flushall' >/dev/null
docker compose up --detach --wait
echo "Restored $from."
