"""The weather forecasts are tried on: every place beside the repository with years of maxima.

`../shared/data` is described in its README. Where it is not there, places are simulated.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from collector.simulator.weather import simulate
from collector.stand_in.query import Place as SimulatedPlace
from shared.forecasting.history import DailyHistory
from shared.forecasting.sphere import Position
from shared.forecasting.variables import Variable

DATA = Path(__file__).parents[3] / "shared" / "data"

#: Days with a maximum that a place needs: four years.
FEWEST_DAYS = 4 * 365
#: A second series of a place, by the name it goes by here.
SECOND_SERIES = {
    "marrakech/daily_historique-meteo.csv": "marrakech-h",
    "melbourne/daily_bom_2008-2017.csv": "melbourne-b",
}
LEFT_OUT = {
    "berlin/daily_open-meteo_2020-2025.csv": "the same weather as berlin/daily.csv",
}
#: Places of one source and period: each one's neighbours are the others.
GROUPS = {
    "ECA&D": ("basel", "london", "munich", "rome", "stockholm", "tours"),
    "historique-meteo.net": (
        *("agadir", "azilal", "beni-mellal", "casablanca", "essaouira", "fes"),
        *("marrakech-h", "taroudant"),
    ),
    "Bureau of Meteorology": ("adelaide", "alice-springs", "melbourne-b", "sydney"),
}
#: Where a series is cut: Marrakech has nothing from here on for 619 days.
LAST_DAYS = {"marrakech": date(2023, 12, 31)}

_SIMULATED = {
    "simulated-marrakech": SimulatedPlace(31.63, -8.0, 466.0),
    "simulated-basel": SimulatedPlace(47.54, 7.58, 316.0),
    "simulated-sydney": SimulatedPlace(-33.86, 151.21, 39.0),
}
_SIMULATED_FROM, _SIMULATED_TO = date(2015, 1, 1), date(2024, 12, 31)


@dataclass(frozen=True, eq=False)
class Place:
    """A series of daily weather.

    Attributes
    ----------
    group : str
        The source whose places are one another's neighbours; empty if there are none.
    """

    name: str
    position: Position
    history: DailyHistory
    group: str
    is_simulated: bool


def load_places() -> list[Place]:
    """Return every place with enough maxima, by name; simulated ones where there are no data."""
    found = _observed() if DATA.is_dir() else _simulated()
    enough = (place for place in found if _has_enough(place.history))
    return sorted(enough, key=lambda place: place.name)


def _observed() -> Iterator[Place]:
    positions = _positions()
    for path in DATA.glob("*/daily*.csv"):
        file = path.relative_to(DATA).as_posix()
        if file not in LEFT_OUT:
            name = SECOND_SERIES.get(file, _name(path))
            history = read_history(path).until(LAST_DAYS.get(name, date.max))
            position = positions[path.parent.name]
            yield Place(name, position, history, _group(name), is_simulated=False)


def _simulated() -> Iterator[Place]:
    for name, place in _SIMULATED.items():
        history = DailyHistory(_SIMULATED_FROM, simulate(place, _SIMULATED_FROM, _SIMULATED_TO))
        position = Position(place.latitude, place.longitude)
        yield Place(name, position, history, group="", is_simulated=True)


def _positions() -> dict[str, Position]:
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["place"]: Position(float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        }


def read_history(path: Path) -> DailyHistory:
    """Read a tidy file."""
    with path.open(encoding="utf-8", newline="") as file:
        return DailyHistory.from_days(
            {
                date.fromisoformat(row["date"]): {
                    variable: float(row[variable]) for variable in Variable if row.get(variable)
                }
                for row in csv.DictReader(file)
            }
        )


def _name(path: Path) -> str:
    """Return the folder's name, with what the file's name says beside `daily`."""
    _, _, second = path.stem.partition("_")
    return "-".join(filter(None, (path.parent.name, second)))


def _group(name: str) -> str:
    return next((group for group, names in GROUPS.items() if name in names), "")


def _has_enough(history: DailyHistory) -> bool:
    return int(np.isfinite(history.column(Variable.TEMPERATURE_MAX)).sum()) >= FEWEST_DAYS
