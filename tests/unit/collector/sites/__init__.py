"""Unit tests of places, rings and geocoding."""
