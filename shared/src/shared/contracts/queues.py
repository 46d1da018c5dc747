"""The names every process must agree on: services, which are also their queues."""

from enum import StrEnum


class Service(StrEnum):
    """A service; its Celery queue and the prefix of its task names are the same word."""

    COLLECTOR = "collector"
    TRAINER = "trainer"
    REGISTRY_GATE = "registry-gate"
    API = "api"


#: The services that work on a queue, in the order a forecast comes about.
WORKERS = (Service.COLLECTOR, Service.TRAINER, Service.REGISTRY_GATE)

#: The Redis Stream every API process follows by itself.
EVENT_STREAM = "climate:events"
#: The hash in Redis where every API process tells what it serves.
API_PROCESSES = "climate:api-processes"
