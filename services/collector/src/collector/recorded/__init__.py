"""Recorded weather, served over HTTP as Open-Meteo serves it, with misbehaviour on demand.

For tests and offline work: `library` reads the recorded days, `sections` words them, `faults` says
what can go wrong and `rules` when it does; `world` remembers what was asked, `app` answers.
"""
