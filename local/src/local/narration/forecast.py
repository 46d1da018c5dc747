"""Asks the API for a forecast and lays it out as a table."""

from datetime import date
from typing import Any

import httpx
from rich import box
from rich.table import Table

from local.narration.sentences import WORDS
from shared.errors import ClimateError
from shared.forecasting.variables import TEMPERATURES, Variable

TIMEOUT_SECONDS = 10
NOTHING = "-"

#: The answer of `GET /api/v1/forecast`, in Open-Meteo's shape.
Forecast = dict[str, Any]


class NoForecast(ClimateError):
    """The API has no forecast to give; its own sentence says why."""


def fetch_forecast(api: str, site_id: str) -> Forecast:
    """Ask the API at an address for the forecast of a site; raises `NoForecast`."""
    try:
        response = httpx.get(
            f"{api}/api/v1/forecast",
            params={"site": site_id},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,  # no proxy between a machine and itself
        )
    except httpx.HTTPError as error:
        raise NoForecast(f"The API at {api} does not answer ({error}).") from error
    if not response.is_success:
        raise NoForecast(_problem(response))
    found: Forecast = response.json()
    return found


def _problem(response: httpx.Response) -> str:
    """Return what RFC 9457 problem details say."""
    try:
        problem = response.json()
        return str(problem.get("detail") or problem["title"])
    except (ValueError, KeyError, AttributeError):
        return f"The API answered {response.status_code}."


def served_by_champion(forecast: Forecast) -> list[str]:
    """Return the variables that a promoted champion forecast."""
    return [
        variable
        for variable, model in forecast["models"].items()
        if model["served_by"] == "champion"
    ]


def forecast_table(forecast: Forecast) -> Table:
    """Lay a forecast out: a line a day, values with their 80 % interval."""
    stale = f", [bold yellow]{forecast['stale_days']} days old[/]" if forecast["stale"] else ""
    table = Table(
        title=f"{forecast['site']}: the days after {forecast['reference_time']}{stale}"
        f" (source: {forecast['provenance']})",
        caption=_who_served(forecast),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("Day", no_wrap=True)
    for heading in ("Max °C", "Min °C", "Mean °C", "Rain", "Wind km/h"):
        table.add_column(heading, justify="right", no_wrap=True)
    for day, text in enumerate(forecast["daily"]["time"]):
        table.add_row(f"{date.fromisoformat(text):%a %d}", *_cells(forecast["daily"], day))
    return table


def _cells(daily: dict[str, list[Any]], day: int) -> list[str]:
    temperatures = [_with_interval(daily, variable, day, digits=1) for variable in TEMPERATURES]
    wind = _with_interval(daily, Variable.WIND_SPEED_MAX, day, digits=0)
    return [*temperatures, _rain(daily, day), wind]


def _with_interval(
    daily: dict[str, list[Any]], variable: Variable, day: int, *, digits: int
) -> str:
    value, low, high = (
        daily[f"{variable}{ending}"][day] for ending in ("", "_lower_80", "_upper_80")
    )
    if value is None:
        return NOTHING
    interval = "" if low is None or high is None else f" ({low:.0f}…{high:.0f})"
    return f"{value:.{digits}f}{interval}"


def _rain(daily: dict[str, list[Any]], day: int) -> str:
    probability = daily["precipitation_probability"][day]
    amount = daily[Variable.PRECIPITATION.value][day]
    chance = NOTHING if probability is None else f"{probability:.0f} %"
    return chance if amount is None else f"{chance} {amount:.1f} mm"


def _who_served(forecast: Forecast) -> str:
    """Say for each variable which model the values come from."""
    by_model: dict[str, list[str]] = {}
    for variable, model in forecast["models"].items():
        by_model.setdefault(_model_name(model), []).append(WORDS[Variable(variable)])
    lines = [f"{name}: {', '.join(variables)}" for name, variables in by_model.items()]
    return "In brackets: 80 % interval.\n" + "\n".join(lines)


def _model_name(model: dict[str, Any]) -> str:
    if model["served_by"] != "champion":
        return f"no champion yet, {model['served_by']}"
    return f"{model['family'].replace('-', ' ')} (version {model['model_version']})"
