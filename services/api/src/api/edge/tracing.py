"""Traces, where a collector of OpenTelemetry is named: a span a request, its id in the logs.

Without one nothing of this is in the way of a request.
"""

from typing import Literal

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from starlette.types import ASGIApp, Receive, Scope, Send

#: Probes and scrapes would be most of what is told.
_UNTOLD = "health,metrics"
#: Of a request, not of each message it is made of.
_INNER_SPANS: list[Literal["receive", "send"]] = ["receive", "send"]


def span_exporter(endpoint: str) -> SpanProcessor:
    """Return what sends spans to a collector (OTLP over HTTP), beside the requests."""
    return BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces"))


def traced(app: ASGIApp, spans: SpanProcessor) -> ASGIApp:
    """Return an application whose requests are told to a collector."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "climate-api"}))
    provider.add_span_processor(spans)
    return OpenTelemetryMiddleware(
        _WithTraceId(app),
        tracer_provider=provider,
        excluded_urls=_UNTOLD,
        exclude_spans=_INNER_SPANS,
    )


class _WithTraceId:
    """Puts the id of the trace into every line that is logged for a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            await self._app(scope, receive, send)
            return
        trace_id = trace.format_trace_id(context.trace_id)
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            await self._app(scope, receive, send)
