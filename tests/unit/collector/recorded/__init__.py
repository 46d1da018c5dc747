"""Unit tests of the server of recorded weather."""
