"""Facts and commands the services agree on: events, jobs, queues, settings."""
