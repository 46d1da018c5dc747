"""Who reacts to which event, as one readable table.

A worker's reaction is the Celery task `<service>.on_<event>` on its queue. An event in
`BROADCAST` also goes to the Redis Stream that every API process follows by itself.
"""

from shared.contracts.events import EventType
from shared.contracts.queues import Service

SUBSCRIPTIONS: dict[EventType, tuple[Service, ...]] = {
    EventType.OBSERVATIONS_COLLECTED: (Service.TRAINER, Service.REGISTRY_GATE),
    EventType.CANDIDATE_REGISTERED: (Service.REGISTRY_GATE,),
    EventType.CANDIDATE_REJECTED: (),
    EventType.MODEL_PROMOTED: (Service.REGISTRY_GATE,),
    EventType.MODEL_ROLLED_BACK: (Service.REGISTRY_GATE,),
    EventType.FORECAST_ISSUED: (),
    EventType.FORECAST_VERIFIED: (Service.REGISTRY_GATE,),
    EventType.DRIFT_DETECTED: (),
    EventType.RETRAINING_REQUESTED: (Service.TRAINER,),
}

BROADCAST = frozenset(
    {
        EventType.OBSERVATIONS_COLLECTED,
        EventType.MODEL_PROMOTED,
        EventType.MODEL_ROLLED_BACK,
    }
)


def reaction(service: Service, event_type: EventType) -> str:
    """Return the name of the task by which a service reacts to an event."""
    return f"{service}.on_{event_type.replace('.', '_')}"


def heard_by(service: Service) -> tuple[EventType, ...]:
    """Return the events a service reacts to."""
    return tuple(event for event, services in SUBSCRIPTIONS.items() if service in services)
