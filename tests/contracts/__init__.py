"""Contract tests: what the services and the outside world agree on."""
