"""Restraint towards a source: its circuit, one request at a time, and a budget of calls."""

from collector.open_meteo.restraint.restraint import NoRestraint, Restrained, Restraint, Turn

__all__ = ["NoRestraint", "Restrained", "Restraint", "Turn"]
