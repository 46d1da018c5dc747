"""What the user is told: steps of the start, what happens, the forecast as a table."""
