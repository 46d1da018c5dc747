"""The native stack: which processes, with what in their environment, in what order."""
