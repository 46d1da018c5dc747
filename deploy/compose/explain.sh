#!/bin/sh
# Why `make up` did not come up, as far as the containers can say: what is not well, and its last words.
cd "$(dirname "$0")/../.."
echo
echo "Not everything came up:"
docker compose ps --all --format '{{.Service}}\t{{.Status}}' | grep -Ev 'healthy\)|Exited \(0\)' |
  while read -r service status; do
    printf '\n%s: %s\n' "$service" "$status"
    docker compose logs --no-log-prefix --tail 3 "$service" </dev/null | cut -c 1-400
  done
echo
echo "A port that is taken: write another into .env (CLIMATE_API_PORT, CLIMATE_FLOWER_PORT), then make up."
