"""The application: routers, error handlers and headers around the services it is given."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.doorkeeper import KEY_HEADER
from api.access.policy import LARGEST_BODY
from api.answers.error_document import with_errors_as_they_are
from api.answers.error_handlers import install_error_handlers
from api.edge.conditional import ConditionalGet
from api.edge.front import FrontDoor
from api.edge.head import HeadAsGet
from api.edge.metrics import RequestMetrics
from api.edge.tracing import traced
from api.routes import (
    archive,
    dashboard,
    forecast,
    health,
    metrics,
    models,
    open_meteo,
    orders,
    predict,
    provenance,
    quality,
    record,
    reference,
    sites,
    verification,
    workers,
)
from api.services import Services

# In the order of the reference.
_RESOURCES = (
    forecast,
    predict,
    archive,
    open_meteo,
    sites,
    quality,
    models,
    record,
    verification,
    provenance,
    orders,
    workers,
    health,
    metrics,
    dashboard,
    reference,
)

_GZIP_LEVEL = 5  # beyond it, time grows faster than size shrinks

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

DESCRIPTION = (
    "Daily weather forecasts for the next seven days, each with its uncertainty, and the record of "
    "how they came about. Times are UTC; errors are problem details (RFC 9457)."
)


class Application(FastAPI):
    """An application whose every answer carries the security headers.

    Its document says of every error what it really is.
    """

    def openapi(self) -> dict[str, Any]:
        """Return the document; what the framework would say of errors is mended."""
        if self.openapi_schema is None:
            self.openapi_schema = with_errors_as_they_are(super().openapi())
        return self.openapi_schema

    def build_middleware_stack(self) -> ASGIApp:
        """Return the middleware; what `add_middleware` adds would not see answers with 500."""
        inner = GZipMiddleware(super().build_middleware_stack(), compresslevel=_GZIP_LEVEL)
        return HeadAsGet(ConditionalGet(inner))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at the front door."""
        await self.front(scope, receive, send)

    @cached_property
    def front(self) -> ASGIApp:
        """The front door: what a server is given, for that is one call less on every answer."""
        services: Services = self.state.services
        policy = services.policy
        front = FrontDoor(
            super().__call__,
            limits=services.limits,
            doorkeeper=services.doorkeeper,
            ready=services.ready,
            metrics=RequestMetrics(services.registry),
            policy=policy,
        )
        outer: ASGIApp = traced(front, services.spans) if services.spans else front
        return _shared(outer, policy.cors_origins) if policy.cors_origins else outer


def _shared(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """Return an application that pages of other origins may call."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST", "DELETE"),
        allow_headers=(KEY_HEADER, "Content-Type", "X-Request-ID"),
        expose_headers=("ETag", "Location", "Retry-After", "X-Request-ID"),
    )


def create_app(services: Services, *, lifespan: Lifespan | None = None) -> Application:
    """Return the application.

    Parameters
    ----------
    services : Services
        Its collaborators; tests pass fakes.
    lifespan : Callable, optional
        What runs beside the requests.
    """
    app = Application(
        title="Climate MLOps",
        version=version("climate-api"),
        description=DESCRIPTION,
        lifespan=lifespan,
        max_body_size=LARGEST_BODY,
        # Spans are made at the front door, where there is a collector.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # The framework's own pages load their scripts from elsewhere; /docs is ours.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    install_error_handlers(app)
    for resource in _RESOURCES:
        app.include_router(resource.router)
    app.mount("/static", dashboard.static_files(), name="static")
    return app
