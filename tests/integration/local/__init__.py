"""The native stack: its servers and its supervisor, for real."""
