"""The native stack and the operator's command line."""
