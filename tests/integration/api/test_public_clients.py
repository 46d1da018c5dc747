"""Public clients of Open-Meteo work on our API unchanged, but for the address."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.forecasting.variables import Variable
from tests.integration.api.house import House
from tests.integration.api.processes import TIMER_SECONDS, Api, running_api, seconds_until

PYTHON = Path(".venv-clients/bin/python")
SCRIPT = Path(__file__).with_name("public_clients.py")

needs_clients = pytest.mark.skipif(
    not PYTHON.exists(), reason="the public clients are not installed; `make setup-dev` does it"
)


@pytest.fixture
def api(house: House, home: Path, database_url: str, empty_redis_url: str) -> Iterator[Api]:
    house.observe()
    for variable in (Variable.TEMPERATURE_MAX, Variable.PRECIPITATION):
        house.promote(variable=variable)
    with running_api(home, database_url, empty_redis_url) as running:
        seconds_until(lambda: running.epoch() is not None, at_most=TIMER_SECONDS)
        yield running


@needs_clients
def test_public_clients_understand_what_we_answer(api: Api) -> None:
    run = subprocess.run(  # noqa: S603 - our own script
        [PYTHON, SCRIPT, str(api.client.base_url).rstrip("/")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    understood: dict[str, Any] = json.loads(run.stdout)
    ours = api.forecast().json()
    binary, typed = understood["openmeteo-requests"], understood["open-meteo"]
    assert (binary["places"], binary["days"], typed["days"]) == (2, 7, 7)
    assert binary["elevation"] == typed["elevation"] == ours["elevation"]
    for name in ("temperature_2m_max", "precipitation_sum"):
        assert typed["daily"][name] == ours["daily"][name]
        assert binary["daily"][name] == pytest.approx(ours["daily"][name], rel=1e-6)
    chance = ours["daily"]["precipitation_probability"]
    assert typed["daily"]["precipitation_probability_max"] == chance
    assert "snow_depth_max" in understood["refusal"]
