"""The Celery beat schedule: ticks that ask each service what is due and not done.

A tick carries no date. The service derives what is due from the database, so duplicate ticks,
lost ticks, missed days and a second scheduler all come out right.
"""

from datetime import timedelta

from shared.contracts.queues import WORKERS, Service

#: Task every worker answers: plan what is due, send what is not done.
TICK_TASKS: dict[Service, str] = {service: f"{service}.tick" for service in WORKERS}

TICK_INTERVAL = timedelta(seconds=5)

#: Local hour of a site at which yesterday is taken to be complete at the source.
COLLECT_HOUR = 6

RETRAIN_EVERY = timedelta(days=7)
