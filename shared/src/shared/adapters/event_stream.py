"""The Redis Stream of events for every replica: published here, followed by each API process.

The stream is a hint, trimmed and lost with Redis; who follows it also reconciles with the
database.
"""

from typing import TYPE_CHECKING

from shared.contracts.events import Event
from shared.contracts.queues import EVENT_STREAM
from shared.contracts.subscriptions import BROADCAST

if TYPE_CHECKING:
    import redis

#: The one field of a stream entry: the event as JSON.
EVENT_FIELD = "event"

# Enough for weeks of one site, hours of a thousand; the log of record is the table.
_STREAM_LENGTH = 10_000

#: So that an absent or half-open Redis costs seconds.
CONNECTION_OPTIONS: dict[str, float | bool] = {
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}


def publish_to_stream(client: "redis.Redis", event: Event) -> None:
    """Append an event that is for every replica; others are passed over."""
    if event.type in BROADCAST:
        client.xadd(
            EVENT_STREAM,
            {EVENT_FIELD: event.model_dump_json()},
            maxlen=_STREAM_LENGTH,
            approximate=True,
        )
