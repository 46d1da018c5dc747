"""The composition of the API process: what is real stands here and nowhere else."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI
from limits.aio.storage import RedisStorage
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from api.access.doorkeeper import Doorkeeper
from api.access.rate_limits import RateLimits
from api.app import Application, create_app
from api.edge.tracing import span_exporter
from api.live.feed import Feed
from api.live.fleet import Fleet
from api.live.gauges import ServingGauges
from api.mlflow_probe import HttpMlflowProbe
from api.record.chronicle import PostgresChronicle
from api.record.guarded_record import GuardedRecord
from api.record.postgres_orders import PostgresOrders
from api.record.postgres_record import PostgresRecord
from api.record.provenance import PostgresOrigins
from api.record.serving_source import PostgresServingSource
from api.services import Services
from api.serving.checkpoint import Checkpoint
from api.serving.loading import ModelLoader
from api.serving.ready import ReadyAnswers
from api.serving.reconcile import Reconciler
from api.serving.reload_thread import ReloadThread
from api.serving.state import ServingState
from api.serving.stream_follower import StreamFollower
from api.settings import ApiSettings
from shared.adapters.artifacts import ArtifactStore
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.event_stream import CONNECTION_OPTIONS
from shared.adapters.onnx_regressor import OnnxRegressor

# Long for what ends, short for somebody who waits for the process to end.
_CANCEL_AGAIN_SECONDS = 1.0


def bootstrap(settings: ApiSettings) -> Application:
    """Return the application on the real world; it connects to nothing until it is started."""
    sessions = make_session_factory(make_engine(settings.database_url.get_secret_value()))
    state = ServingState(_utc_now)
    http = httpx.AsyncClient(headers=_shown_to_mlflow(settings))
    reload = _reload_thread(settings, state, sessions)
    # A failure must come up at once: the follower itself tries again, and then reconciles.
    options: dict[str, Any] = {**CONNECTION_OPTIONS, "retry": Retry(NoBackoff(), 0)}
    redis = Redis.from_url(settings.redis_url.get_secret_value(), **options)
    record = GuardedRecord(PostgresRecord(sessions), state.database)
    feed = Feed(record, state)
    fleet = Fleet(redis, state, f"{socket.gethostname()}:{os.getpid()}", _utc_now)

    orders = PostgresOrders(sessions, state.database, _utc_now)
    limits = RateLimits(_limit_storage(settings.redis_url.get_secret_value()))
    registry = CollectorRegistry()
    registry.register(ServingGauges(state, record))

    def look() -> None:
        reload.wake()
        feed.hint()

    follower = StreamFollower(redis, look, state.stream)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        reload.start()
        async with _beside(follower.run(), feed.run(), limits.run(), fleet.run()):
            yield
        if services.spans is not None:
            await asyncio.to_thread(services.spans.shutdown)
        reload.stop()
        await redis.aclose()
        await http.aclose()

    services = Services(
        state=state,
        record=record,
        mlflow=HttpMlflowProbe(http, settings.mlflow_url),
        now=_utc_now,
        site_radius_km=settings.site_radius_km,
        feed=feed,
        fleet=fleet,
        origins=PostgresOrigins(sessions, state.database),
        orders=orders,
        doorkeeper=Doorkeeper(orders),
        limits=limits,
        policy=settings.policy,
        ready=ReadyAnswers(state),
        registry=registry,
        chronicle=PostgresChronicle(sessions, state.database),
        spans=span_exporter(settings.otlp_endpoint) if settings.otlp_endpoint else None,
        flower_url=settings.flower_url,
    )
    return create_app(services, lifespan=lifespan)


@asynccontextmanager
async def _beside(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do work that never ends beside the block, and end it with the block."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        await _end(tasks)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end: one that waits for Redis may take it for a time-out."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


def _limit_storage(redis_url: str) -> RedisStorage:
    options: dict[str, Any] = dict(CONNECTION_OPTIONS)
    return RedisStorage(f"async+{redis_url}", implementation="redispy", **options)


def _reload_thread(
    settings: ApiSettings, state: ServingState, sessions: SessionFactory
) -> ReloadThread:
    artifacts = ArtifactStore(settings.mlflow_url, settings.artifact_cache)
    loader = ModelLoader(artifacts, OnnxRegressor, _utc_now)
    return ReloadThread(
        state,
        Reconciler(state, loader),
        PostgresServingSource(sessions),
        Checkpoint(settings.home / "cache" / "serving"),
    )


def _shown_to_mlflow(settings: ApiSettings) -> dict[str, str]:
    token = settings.mlflow_token
    return {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}


def _utc_now() -> datetime:
    return datetime.now(UTC)
