"""Unit tests of the edge to Open-Meteo."""
