"""The pages as plain values: everything a template shows is decided here."""
