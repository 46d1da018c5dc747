"""What the routes are given: the collaborators of one application."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from opentelemetry.sdk.trace import SpanProcessor
from prometheus_client import CollectorRegistry

from api.access.doorkeeper import Doorkeeper
from api.access.policy import Policy
from api.access.rate_limits import RateLimits
from api.answers.chronicle import Chronicle
from api.answers.orders import Orders
from api.answers.provenance import Origins
from api.answers.record import Record
from api.live.feed import Feed
from api.live.fleet import Fleet
from api.ports import MlflowProbe
from api.serving.ready import ReadyAnswers
from api.serving.state import ServingState


@dataclass(frozen=True)
class Services:
    """The collaborators of one application.

    Attributes
    ----------
    state : ServingState
        What is served now.
    record : Record
        What has happened, by the database.
    mlflow : MlflowProbe
        Tells whether MLflow answers.
    now : Callable
        The clock.
    site_radius_km : float
        A place asked for is served by a site no farther than this.
    feed : Feed
        Tells of what happens as it happens.
    fleet : Fleet
        Knows what the other processes serve.
    origins : Origins
        Where things come from, by the database.
    orders : Orders
        Changes state.
    doorkeeper : Doorkeeper
        Knows who may.
    limits : RateLimits
        Know how much is asked.
    policy : Policy
        How much may be asked, and from which pages.
    ready : ReadyAnswers
        Forecasts as bytes.
    registry : CollectorRegistry
        What Prometheus is told.
    chronicle : Chronicle
        What came of it, for the pages.
    spans : SpanProcessor or None
        Where spans of requests go; nowhere by default.
    flower_url : str or None
        Where people find the monitor of the queues.
    """

    state: ServingState
    record: Record
    mlflow: MlflowProbe
    now: Callable[[], datetime]
    site_radius_km: float
    feed: Feed
    fleet: Fleet
    origins: Origins
    orders: Orders
    doorkeeper: Doorkeeper
    limits: RateLimits
    policy: Policy
    ready: ReadyAnswers
    registry: CollectorRegistry
    chronicle: Chronicle
    spans: SpanProcessor | None = None
    flower_url: str | None = None
