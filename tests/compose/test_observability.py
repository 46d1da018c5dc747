"""Prometheus as compose starts it: rules it accepts, and something to see in every panel."""

import json
from collections.abc import Iterator

import pytest

from tests.support.containers import ROOT, Containers
from tests.support.database import SITE_ID
from tests.support.servers import engine_has
from tests.support.stack import eventually

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]

IMAGE = "prom/prometheus:latest"
DASHBOARD = ROOT / "deploy" / "compose" / "grafana" / "climate.json"


def panels() -> dict[str, str]:
    """Return what each panel of the dashboard asks Prometheus for."""
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return {panel["title"]: panel["targets"][0]["expr"] for panel in board["panels"]}


@pytest.fixture(scope="module")
def watched(trained: Containers) -> Iterator[Containers]:
    """Have Prometheus watch the system for these tests."""
    if not engine_has(IMAGE):
        pytest.skip(f"the engine has no {IMAGE} and cannot get it")
    observability = ("--profile", "observability")
    trained.compose(*observability, "up", "--detach", "--no-deps", "prometheus")
    yield trained
    trained.compose(*observability, "rm", "--stop", "--force", "prometheus")


def in_prometheus(system: Containers, *command: str) -> str:
    """Run a command in the container of Prometheus."""
    run = ("--profile", "observability", "exec", "-T", "prometheus", *command)
    return system.compose(*run)


def test_alerts_are_valid(watched: Containers) -> None:
    told = in_prometheus(watched, "promtool", "check", "config", "/etc/prometheus/prometheus.yml")
    assert "SUCCESS" in told
    assert "FAILED" not in told


def test_every_panel_has_something_to_show(watched: Containers) -> None:
    def empty() -> set[str]:
        watched.forecast(site=SITE_ID)
        query = ("promtool", "query", "instant", "http://localhost:9090")
        return {name for name, asks in panels().items() if not in_prometheus(watched, *query, asks)}

    eventually(lambda: not empty(), what="a figure in every panel", within=120, pause=5)
