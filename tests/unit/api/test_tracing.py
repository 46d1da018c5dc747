"""Traces: a span a request where a collector is named, and its id in the logs."""

from dataclasses import replace

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from api.app import create_app
from tests.unit.api.world import world_with_champions

pytestmark = pytest.mark.anyio
#: From the W3C's recommendation, https://www.w3.org/TR/trace-context/#traceparent-header
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def client(spans: InMemorySpanExporter) -> httpx.AsyncClient:
    services = replace(world_with_champions().services, spans=SimpleSpanProcessor(spans))
    transport = httpx.ASGITransport(create_app(services))
    return httpx.AsyncClient(transport=transport, base_url="http://api.test")


async def test_request_is_a_span_of_the_trace_it_came_with(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await client.get("/api/v1/forecast?site=marrakech", headers={"traceparent": PARENT})
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == TRACE_ID
    assert span.attributes is not None
    assert span.attributes["http.status_code"] == 200
    assert span.resource.attributes["service.name"] == "climate-api"


async def test_probes_and_scrapes_are_not_told(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await client.get("/health/live")
    await client.get("/metrics")
    assert not spans.get_finished_spans()


async def test_lines_that_are_logged_for_a_request_carry_its_trace(
    client: httpx.AsyncClient,
) -> None:
    with capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        await client.post("/api/v1/collect", json={}, headers={"traceparent": PARENT})
    (line,) = [line for line in logs if line["event"] == "request_answered"]
    assert line["trace_id"] == TRACE_ID
