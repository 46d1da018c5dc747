"""The replay: what years of autonomous operation take, and what the gate costs and saves."""
