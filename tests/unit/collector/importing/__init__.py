"""Unit tests of the import of files."""
