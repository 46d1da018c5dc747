"""An older worker beside a newer one: it drops what it does not know, and goes on.

What it dropped is sent again, as every message nobody answers (`test_ledger.py`), until a worker of
the newer version gets it.
"""

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from celery.contrib.testing.worker import start_worker

from shared.adapters.celery import make_celery_app
from shared.contracts.queues import Service


class OlderWorker:
    """A worker of a version that knows one task."""

    def __init__(self, redis_url: str) -> None:
        # The service's own tasks are those of this version: the older one has its own.
        self.app = make_celery_app(Service.COLLECTOR, redis_url, include=[])
        self.worked = threading.Event()
        self.app.task(name="collector.known")(self.work)

    def work(self, _job_id: str) -> None:
        """Do the task it knows."""
        self.worked.set()


@pytest.fixture
def older(empty_redis_url: str) -> Iterator[OlderWorker]:
    """Return an older worker, at work."""
    older = OlderWorker(empty_redis_url)
    with start_worker(older.app, pool="solo", perform_ping_check=False, queues=["collector"]):
        yield older
    older.app.close()


def test_unknown_task_is_left_and_the_worker_goes_on(older: OlderWorker) -> None:
    for task in ("collector.of_a_newer_version", "collector.known"):
        older.app.send_task(task, args=[str(UUID(int=1))], queue="collector")
    assert older.worked.wait(timeout=20)
