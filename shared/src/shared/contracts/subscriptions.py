"""Who reacts to which event, as one readable table.

A worker's reaction is the Celery task `<service>.on_<event>` on its queue. An event in
`BROADCAST` also goes to the Redis Stream that every API process follows by itself.
"""

from shared.contracts.events import EventType
from shared.contracts.queues import Service

SUBSCRIPTIONS: dict[EventType, tuple[Service, ...]] = {
    EventType.OBSERVATIONS_COLLECTED: (Service.TRAINER,),
    EventType.CANDIDATE_REGISTERED: (Service.REGISTRY_GATE,),
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
