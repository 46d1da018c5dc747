"""Tests, by tier: see README.md."""
