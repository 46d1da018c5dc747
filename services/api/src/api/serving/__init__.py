"""The serving state of this process: one immutable snapshot, renewed beside the requests."""
