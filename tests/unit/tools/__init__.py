"""The scripts in `tools/`."""
