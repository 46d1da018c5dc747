"""The native stack: ports, secrets, configuration."""
