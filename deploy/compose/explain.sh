#!/bin/sh
# Why `make up` did not come up, as far as it can be seen: what is not well, and its last words.
# What was only created has waited for others, and has nothing to say.
cd "$(dirname "$0")/../.." || exit
printf '\nNot everything came up:\n'
docker compose ps --all --format '{{.Name}}\t{{.Status}}' | grep -Ev 'healthy\)|Exited \(0\)|Created' |
  while read -r name status; do
    printf '\n%s: %s\n' "$name" "$status"
    docker logs --tail 4 "$name" 2>&1 </dev/null | cut -c 1-500
  done
printf '\nIs a port taken? Write another into .env (CLIMATE_API_PORT, CLIMATE_FLOWER_PORT), then: make up\n'
