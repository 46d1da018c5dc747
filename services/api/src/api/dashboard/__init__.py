"""The dashboard: what is served and how it came about, drawn on the server for a person to read."""
