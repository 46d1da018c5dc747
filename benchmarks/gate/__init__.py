"""What the gate can do: decide, tell equals from better ones, verify a year of a thousand sites."""
