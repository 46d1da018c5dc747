"""The collector's Celery app, which also carries the schedule for beat."""

from collector.schedule import BEAT_SCHEDULE, IN_MEMORY_SCHEDULER
from shared.adapters.celery import make_celery_app
from shared.contracts.queues import Service
from shared.settings import RedisSettings, load

app = make_celery_app(
    Service.COLLECTOR,
    load(RedisSettings).redis_url.get_secret_value(),
    # Threads: collecting is waiting for a source, and ticks go on planning beside it.
    worker_pool="threads",
    worker_concurrency=4,
    beat_schedule=BEAT_SCHEDULE,
    beat_scheduler=IN_MEMORY_SCHEDULER,
)
