"""The client asks for what it needs, fills in the newest days, and speaks to both sources."""

from datetime import date, timedelta

import httpx
import numpy as np
import pytest

from collector.errors import SourceUnavailable
from collector.open_meteo.client import OpenMeteoClient
from collector.ports import Days, DaysRequest, days_of
from collector.simulator.climate import MARRAKECH
from collector.simulator.weather import simulate
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable
from tests.support.open_meteo import TODAY, SimulatorTransport, answer, client_of

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 22)


def fetch(client: OpenMeteoClient, first: date, last: date) -> Days:
    """Return the days of the default site."""
    history = client.fetch(DaysRequest((DEFAULT_SITE,), first, last))[DEFAULT_SITE.site_id].history
    assert history is not None
    return days_of(history)


def respond(request: httpx.Request, **series: list[float | None]) -> httpx.Response:
    span = (date.fromisoformat(request.url.params[name]) for name in ("start_date", "end_date"))
    return httpx.Response(200, json=answer(*span, **series))


def test_fetch_asks_for_utc_days_of_all_variables_at_the_sites_height() -> None:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return respond(request)

    fetch(client_of(handle), FIRST, LAST)
    (request,) = requests
    assert request.url.path == "/v1/archive"
    assert dict(request.url.params) == {
        "latitude": "31.6300",
        "longitude": "-8.0000",
        "elevation": "466",
        "start_date": "2026-11-01",
        "end_date": "2026-11-22",
        "daily": ",".join(Variable),
        "timezone": "GMT",
    }


def test_fetch_from_the_simulator_gives_the_simulated_days() -> None:
    days = fetch(client_of(SimulatorTransport()), date(2015, 1, 1), LAST)
    assert (min(days), max(days)) == (date(2015, 1, 1), LAST)
    weather = simulate(MARRAKECH, date(2015, 1, 1), LAST)
    for variable in Variable:
        fetched = [values[variable] for values in days.values()]
        np.testing.assert_array_equal(np.array(fetched, dtype=float), weather[variable])


def test_fetch_takes_newest_days_the_archive_lacks_from_the_forecast_host() -> None:
    n_days, missing = (LAST - FIRST).days + 1, 2
    empty: dict[str, list[float | None]] = {
        variable.value: [10.0 if variable != Variable.SURFACE_PRESSURE_MEAN else 965.0]
        * (n_days - missing)
        + [None] * missing
        for variable in Variable
    }
    asked: list[tuple[str, str]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.url.params["start_date"]))
        return respond(request, **(empty if request.url.path == "/v1/archive" else {}))

    days = fetch(client_of(handle), FIRST, LAST)
    assert asked == [("/v1/archive", "2026-11-01"), ("/v1/forecast", "2026-11-21")]
    assert days[LAST][Variable.TEMPERATURE_MAX] == 20.0
    assert days[LAST - timedelta(days=2)][Variable.TEMPERATURE_MAX] == 10.0


def test_fetch_leaves_old_days_without_values_alone() -> None:
    n_days = 30
    gap: list[float | None] = [None, *[965.0] * (n_days - 1)]
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return respond(request, **{variable.value: gap for variable in Variable} | possible())

    def possible() -> dict[str, list[float | None]]:
        values: list[float | None] = [None, *[20.0] * (n_days - 1)]
        return {
            variable.value: values
            for variable in Variable
            if variable != Variable.SURFACE_PRESSURE_MEAN
        }

    fetch(client_of(handle), LAST - timedelta(days=n_days - 1), LAST)
    assert asked == ["/v1/archive"]


def test_answers_is_true_for_a_source_that_answers() -> None:
    assert client_of(SimulatorTransport()).answers()


@pytest.mark.parametrize("status", [302, 400, 403, 429, 503])
def test_answers_is_false_for_one_that_gives_nothing(status: int) -> None:
    assert not client_of(lambda _: httpx.Response(status)).answers()


def test_answers_is_false_without_a_network() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known", request=request)

    assert not client_of(refuse).answers()


def test_fetch_of_today_from_the_simulator_is_todays_value() -> None:
    days = fetch(client_of(SimulatorTransport()), TODAY, TODAY)
    assert days[TODAY][Variable.TEMPERATURE_MAX] is not None


def test_fetch_passes_on_that_the_source_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable):
        fetch(client_of(lambda _: httpx.Response(503)), FIRST, LAST)
