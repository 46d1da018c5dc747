"""The forecast as a table: what a person reads off it."""

import io
from typing import Any

import pytest

from local.narration.forecast import forecast_table, served_by_champion
from local.narration.screen import Screen
from shared.forecasting.variables import FORECAST_VARIABLES, Variable


def answer(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a JSON answer
    """Return an answer of the API for one day."""
    daily: dict[str, list[Any]] = {"time": ["2026-01-01"], "precipitation_probability": [13]}
    for variable in FORECAST_VARIABLES:
        daily |= {variable: [20.25], f"{variable}_lower_80": [17.4], f"{variable}_upper_80": [23.3]}
    champion = {"served_by": "champion", "family": "random-forest", "model_version": "3"}
    models = {variable.value: dict(champion) for variable in FORECAST_VARIABLES}
    models[Variable.PRECIPITATION] = {"served_by": "climatology"}
    return {
        "site": "marrakech",
        "reference_time": "2025-12-31",
        "provenance": "imported",
        "stale": False,
        "stale_days": 0,
        "models": models,
        "daily": daily,
    } | changes


def shown(forecast: dict[str, Any]) -> str:
    stream = io.StringIO()
    Screen(stream).say(forecast_table(forecast))
    return stream.getvalue()


def test_table_shows_values_with_their_interval_and_the_chance_of_rain() -> None:
    assert "Thu 01   20.2 (17…23)   20.2 (17…23)   20.2 (17…23)   13 % 20.2 mm" in shown(answer())


def test_table_fits_a_narrow_terminal() -> None:
    assert max(len(line) for line in shown(answer()).splitlines()) <= 80


def test_table_says_who_served_what() -> None:
    assert "no champion yet, climatology: precipitation" in shown(answer())
    assert "random forest (version 3): maximum temperature" in shown(answer())


def test_table_says_how_old_stale_observations_are() -> None:
    assert "326 days old" in shown(answer(stale=True, stale_days=326))
    assert "days old" not in shown(answer())


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_table_shows_what_there_is_where_a_value_is_missing(variable: Variable) -> None:
    forecast = answer()
    forecast["daily"][variable] = [None]
    assert "Thu 01" in shown(forecast)


def test_served_by_champion_leaves_out_what_climatology_served() -> None:
    assert served_by_champion(answer()) == [
        "temperature_2m_max",
        "temperature_2m_min",
        "temperature_2m_mean",
        "wind_speed_10m_max",
    ]
