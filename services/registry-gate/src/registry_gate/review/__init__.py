"""The daily look at every champion: whether it is still the right one, and what to do if not."""
