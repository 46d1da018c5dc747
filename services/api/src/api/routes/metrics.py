"""`/metrics`: what Prometheus scrapes."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.routes.dependencies import Answers, Given

router = APIRouter(tags=["health"])

_TEXT: Answers = {
    200: {
        "description": "metrics in Prometheus' text format",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


@router.get("/metrics", response_class=Response, responses=_TEXT)
def get_metrics(given: Given) -> Response:
    """Tell of requests, reloads, model versions, the age of forecasts and the queues."""
    return Response(generate_latest(given.registry), media_type=CONTENT_TYPE_LATEST)
