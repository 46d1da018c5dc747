"""What beat sends: a tick to every worker, and nothing else.

A tick carries no date and its loss costs an interval, so the schedule needs no memory of its own.
"""

from typing import Any

from shared.contracts.schedule import TICK_EXPIRES, TICK_INTERVAL, TICK_TASKS

#: Keeps the times of the last ticks in memory; the default one keeps a file.
IN_MEMORY_SCHEDULER = "celery.beat:Scheduler"

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    task: {
        "task": task,
        "schedule": TICK_INTERVAL,
        # A worker that was away finds a minute's ticks waiting, not a pile of them.
        "options": {"queue": service.value, "expires": TICK_EXPIRES.total_seconds()},
    }
    for service, task in TICK_TASKS.items()
}
