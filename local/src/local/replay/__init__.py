"""The replay: the services' own use cases over years of recorded days, under a virtual clock.

Nothing is implemented a second time, and no Celery, Redis or MLflow runs: `climate replay` plans
and does the jobs of the ledger itself, day by day. Below its folder (`--home`, by default
`.data/replay`) lie

- `replay.json`: seed, policies, sites, dates, injections, the command, of each policy the name of
  its database, its promotions and the digest of its ledger, and what time and memory it took;
- `postgres/`: a private PostgreSQL (unless `CLIMATE_DATABASE_URL` names another server). Every
  policy has a database of its own there, `replay_<policy>`, in the very schema of a live system, so
  whatever reads a live one reads it too;
- `artifacts/`: the models, a folder a digest.

Modules in the order of the work: `sites` and `weather` (what would be collected), `databases`
(where the record is), `virtual` (clock and ids), `policies`, `tracker` (where models lie),
`offspring` (processes), `workshops` and `pool` (who makes contenders), `sharing` (what is done once
for all policies), `system` (the services of one policy), `apart` (a process for each), `pace`
(policies side by side), `run` (all of it), `digest`; and `opening`, for whoever reads what came of
it.
"""
