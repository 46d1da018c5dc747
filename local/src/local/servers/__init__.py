"""PostgreSQL and Redis as ordinary processes, from Python wheels: no container, no root."""
