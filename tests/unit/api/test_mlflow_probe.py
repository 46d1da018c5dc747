"""Asking MLflow whether it answers: by a path that needs its database, and not too often."""

import httpx
import pytest

from api.mlflow_probe import HttpMlflowProbe

pytestmark = pytest.mark.anyio


class FakeServer:
    """An MLflow server that answers as it is told and counts."""

    def __init__(self, answer: httpx.Response | httpx.HTTPError) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.asked.append(request.url.path)
        if isinstance(self.answer, httpx.HTTPError):
            raise self.answer
        return self.answer

    def probe(self) -> HttpMlflowProbe:
        """Return a probe of this server."""
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.handle))
        return HttpMlflowProbe(client, "http://mlflow:5000/")


async def test_answering_server_is_fine_and_not_asked_again_at_once() -> None:
    server = FakeServer(httpx.Response(200, json={}))
    probe = server.probe()
    assert await probe.error() is None
    assert await probe.error() is None
    # /health answers 200 even without MLflow's database.
    assert server.asked == ["/api/2.0/mlflow/registered-models/search"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (httpx.Response(500), "it answered with status 500"),
        (httpx.ConnectError("refused"), "ConnectError: refused"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
    ],
)
async def test_server_that_fails_is_told_with_its_reason(
    answer: httpx.Response | httpx.HTTPError, says: str
) -> None:
    assert await FakeServer(answer).probe().error() == says
