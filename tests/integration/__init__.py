"""Tests against real servers and processes, one edge at a time."""
