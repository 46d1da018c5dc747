"""The edge to Celery: one configuration for every worker, and how jobs and events are sent.

Redis carries hints, PostgreSQL carries the work: a message holds the ids of jobs and nothing else
worth keeping. Messages are therefore acknowledged early and expire; the ledger sends again what no
worker has claimed. That avoids the broker's redelivery altogether (a late acknowledgement can
still lose a message on Redis, and doubles tasks that outlast its visibility timeout).
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from os import getpid
from typing import Any
from uuid import UUID

from celery import Celery
from celery.signals import setup_logging
from kombu import Queue

from shared.adapters.logging import configure_logging
from shared.adapters.pulse import show_worker_pulse
from shared.contracts.events import Event
from shared.contracts.jobs import JOBS, RESEND_AFTER, JobKind
from shared.contracts.queues import WORKERS, Service
from shared.contracts.subscriptions import SUBSCRIPTIONS, heard_by, reaction
from shared.settings import HealthSettings, load

KEY_PREFIX = "climate:"

# No message waits unacknowledged for longer than a prefetch, so one visibility timeout fits all.
_VISIBILITY_TIMEOUT_SECONDS = 600

_TRANSPORT_OPTIONS = {
    "visibility_timeout": _VISIBILITY_TIMEOUT_SECONDS,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Without these a publish to a half-open connection waits for ever.
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "global_keyprefix": KEY_PREFIX,
}

_CONFIGURATION: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_create_missing_queues": False,
    "task_default_queue": Service.COLLECTOR.value,
    "task_queues": [Queue(service.value, routing_key=service.value) for service in WORKERS],
    "task_acks_late": False,
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_send_task_events": True,
    "task_send_sent_event": True,
    "worker_hijack_root_logger": False,
    "broker_connection_max_retries": None,
    "broker_connection_retry_on_startup": True,
    "broker_pool_acquire_timeout": 10,
    "broker_transport_options": _TRANSPORT_OPTIONS,
    "visibility_timeout": _VISIBILITY_TIMEOUT_SECONDS,
    "enable_utc": True,
    "timezone": "UTC",
}

# One quick second try; after that the outbox or the ledger keeps the matter.
_PUBLISH_RETRY = {"max_retries": 1, "interval_start": 0.2}

#: A reaction to an event is a hint that the next tick repeats; an old one is worth nothing.
EVENT_EXPIRES = timedelta(minutes=5)


def make_celery_app(service: Service, redis_url: str, **configuration: object) -> Celery:
    """Return the Celery app of a service.

    Parameters
    ----------
    service : Service
        Its package's `tasks` module is loaded when a worker starts.
    configuration
        What this service needs different from the common configuration, with its reason there.
    """
    package = service.replace("-", "_")
    app = Celery(package, broker=redis_url, include=[f"{package}.tasks"])
    app.conf.update(_CONFIGURATION | configuration)
    return app


def answer_events(app: Celery, service: Service, tick: Callable[[], None]) -> None:
    """Give the service a task for each event it reacts to: do at once what the next tick would.

    The message is a hint. What a service owes an event is in the database, and a tick finds it.
    """

    def on_event(_event: dict[str, Any]) -> None:
        tick()

    for event_type in heard_by(service):
        app.task(name=reaction(service, event_type))(on_event)


def run_worker(app: Celery, service: Service) -> None:
    """Work on the service's queue until the process is told to stop."""
    configure_celery_logging(service)
    show_worker_pulse(load(HealthSettings).health_port)
    name = f"{service}-{getpid()}@%h"
    # Workers need not know each other: the ledger is all they have in common.
    quiet = ("--without-gossip", "--without-mingle")
    app.worker_main(["worker", "--queues", service.value, "--hostname", name, *quiet])


def configure_celery_logging(process: str) -> None:
    """Set up our logging for a process of Celery's, and keep Celery from setting up its own."""
    configure_logging(process)
    # A connected receiver is all it takes.
    setup_logging.connect(_keep_our_logging, weak=False)


def send_jobs(app: Celery, kind: JobKind, job_ids: Sequence[UUID]) -> None:
    """Tell the service of jobs of a kind that they wait; those that travel together in one message.

    Raises
    ------
    kombu.exceptions.OperationalError
        Redis is away.
    """
    policy = JOBS[kind]
    for start in range(0, len(job_ids), policy.most_together):
        ids = [str(job_id) for job_id in job_ids[start : start + policy.most_together]]
        argument = ids[0] if policy.most_together == 1 else ids
        _send(app, policy.task, argument, policy.service, RESEND_AFTER)


def send_event(app: Celery, event: Event) -> None:
    """Send an event to the workers that react to it; raises like `send_jobs`."""
    for service in SUBSCRIPTIONS.get(event.type, ()):
        payload = event.model_dump(mode="json")
        _send(app, reaction(service, event.type), payload, service, EVENT_EXPIRES)


def _keep_our_logging(**_signal: object) -> None:
    """Leave logging as `configure_logging` has set it up."""


def _send(app: Celery, task: str, argument: object, queue: Service, expires: timedelta) -> None:
    app.send_task(
        task,
        args=[argument],
        queue=queue.value,
        expires=expires.total_seconds(),
        retry=True,
        retry_policy=_PUBLISH_RETRY,
    )
