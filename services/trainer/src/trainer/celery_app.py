"""The trainer's Celery app."""

from shared.adapters.celery import make_celery_app
from shared.contracts.queues import Service
from shared.settings import RedisSettings, load

app = make_celery_app(
    Service.TRAINER,
    load(RedisSettings).redis_url.get_secret_value(),
    # One fit at a time in the main process; more trainers are more processes. A forked child hangs
    # for ever in OpenMP if its parent ever fitted, and a killed process costs one lease, no more.
    worker_pool="solo",
    worker_concurrency=1,
)
