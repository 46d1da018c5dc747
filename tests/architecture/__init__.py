"""The rules of the house, checked on the repository's own files."""
