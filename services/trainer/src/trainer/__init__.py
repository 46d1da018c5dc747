"""The trainer: tunes, backtests and fits the three families, and registers the winners."""
