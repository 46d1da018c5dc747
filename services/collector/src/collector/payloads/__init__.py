"""The raw answers of every source: kept before anyone reads them, for as long as is set."""
