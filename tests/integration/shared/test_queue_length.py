"""What waits for the trainers is counted where the autoscalers of the clouds look."""

from uuid import uuid4

import redis

from shared.adapters.celery import KEY_PREFIX, make_celery_app, send_jobs
from shared.contracts.jobs import JobKind
from shared.contracts.queues import Service


def test_waiting_fits_are_the_length_of_one_list(empty_redis_url: str) -> None:
    app = make_celery_app(Service.TRAINER, empty_redis_url)
    send_jobs(app, JobKind.FIT_RANDOM_FOREST, [uuid4() for _ in range(3)])
    with redis.Redis.from_url(empty_redis_url) as client:
        assert client.llen(f"{KEY_PREFIX}{Service.TRAINER}") == 3
