"""The gate's Celery app."""

from shared.adapters.celery import make_celery_app
from shared.contracts.queues import Service
from shared.settings import RedisSettings, load

app = make_celery_app(
    Service.REGISTRY_GATE,
    load(RedisSettings).redis_url.get_secret_value(),
    # Threads: deciding is short and mostly waiting, and ticks go on relaying beside it.
    worker_pool="threads",
    worker_concurrency=2,
)
