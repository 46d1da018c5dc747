"""The collector: daily observations in, one transaction with their event out."""
