"""The system on Azure Container Apps: `python3 -m deploy.azure up|verify|rollback|down`.

Standard library only. `docs/azure.md` takes a newcomer through it; with `--dry-run` every command
is printed and none is run.
"""
