"""The replay: the services' own use cases over years of recorded days, under a virtual clock.

Nothing is implemented a second time, and no Celery, Redis or MLflow runs: `climate replay` plans
and does the jobs of the ledger itself, day by day. Below its folder (`--home`, by default
`.data/replay`) lie

- `replay.json`: seed, policies, sites, dates, injections, and of each policy the name and address
  of its database, the digest of its ledger and the seconds it all took;
- `postgres/`: a private PostgreSQL (unless `CLIMATE_DATABASE_URL` names another server). Every
  policy has a database of its own there, `replay_<policy>`, in the very schema of a live system, so
  whatever reads a live one reads it too;
- `artifacts/`: the models, a folder a digest.

Modules in the order of the work: `weather` (what would be collected), `databases` (where the
record is), `virtual` (clock and ids), `policies`, `tracker` and `workshops` (what the trainer is
given), `system` (the services of one policy), `run` (all policies, day by day), `digest`.
"""
