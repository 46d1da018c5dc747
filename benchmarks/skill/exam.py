"""The exam: the last 365 days of a place, of which nobody has seen anything.

Everybody learns from the days up to the cutoff and forecasts seven days from every day on which
all seven lie in the test year. What is not observed is not asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from benchmarks.skill.places import Place
from shared.adapters.inputs import FARTHEST_KM, MOST_OTHER_SITES
from shared.forecasting.arrays import DateArray, FloatArray, IntArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Neighbour
from shared.forecasting.sphere import distance_and_bearing
from shared.forecasting.variables import HORIZON_DAYS, LEAD_DAYS, TEMPERATURES, Variable

TEST_DAYS = 365
#: What the trainer looks back on by default; older days are left out for everybody.
LONGEST_HISTORY = timedelta(days=5500)
# Share of a place's days that a neighbour must have observed, too.
_FEWEST_COMMON = 0.5
#: The place and year whose figures others have published for three temperatures (FACTS.md).
FULLY_EXAMINED = "marrakech"


@dataclass(frozen=True, eq=False)
class Exam:
    """A variable at a place, to be forecast in the last year of its history.

    Attributes
    ----------
    known : ForecastInputs
        The place's history, and its neighbours' over the same days; all of it, so a forecaster
        looks at a reference date and what was before it.
    """

    place: str
    variable: Variable
    known: ForecastInputs
    is_simulated: bool

    @property
    def history(self) -> DailyHistory:
        """The place's own history."""
        return self.known.own

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return f"{self.place} {self.short_variable}"

    @property
    def short_variable(self) -> str:
        """`max`, `min` or `mean`."""
        return self.variable.removeprefix("temperature_2m_")

    @property
    def cutoff(self) -> date:
        """The last day anything may be learned from."""
        return self.history.last_date - timedelta(days=TEST_DAYS)

    @property
    def series(self) -> FloatArray:
        """The variable on every day, NaN where missing."""
        return self.history.column(self.variable)

    @property
    def n_training(self) -> int:
        """Number of days up to the cutoff."""
        return self.history.position(self.cutoff) + 1

    @property
    def positions(self) -> IntArray:
        """Days of the history that are reference dates, the cutoff the first of them."""
        return np.arange(self.n_training - 1, self.history.n_days - HORIZON_DAYS)

    @property
    def reference_dates(self) -> DateArray:
        """The reference dates, dtype `datetime64[D]`, shape (n,)."""
        return self.history.dates[self.positions]

    @property
    def observed(self) -> FloatArray:
        """What came, shape (n, 7); NaN where it was not observed."""
        came: FloatArray = self.series[self.positions[:, np.newaxis] + np.array(LEAD_DAYS)]
        return came


def set_exams(places: Sequence[Place]) -> list[Exam]:
    """Return the exams of all places: the maximum, and at one place all temperatures."""
    return [
        Exam(place.name, variable, known, place.is_simulated)
        for place in places
        for known in [_known(place, places)]
        for variable in TEMPERATURES
        if variable is Variable.TEMPERATURE_MAX or place.name == FULLY_EXAMINED
    ]


def _known(place: Place, places: Sequence[Place]) -> ForecastInputs:
    """Return a place's last years and its neighbours', chosen as the service chooses sites."""
    first = max(place.history.first_date, place.history.last_date - LONGEST_HISTORY)
    own = days_of(place.history, first, place.history.last_date)
    others = [_seen_from(place, other, own) for other in places if _may_help(place, other)]
    nearest = sorted(others, key=lambda neighbour: neighbour.distance_km)
    near = [n for n in nearest if n.distance_km <= FARTHEST_KM and _is_there(n.history, own)]
    return ForecastInputs(own, near[:MOST_OTHER_SITES])


def _may_help(place: Place, other: Place) -> bool:
    return other is not place and bool(place.group) and other.group == place.group


def _seen_from(place: Place, other: Place, own: DailyHistory) -> Neighbour:
    distance, bearing = distance_and_bearing(place.position, other.position)
    history = days_of(other.history, own.first_date, own.last_date)
    return Neighbour(other.name, bearing, distance, history)


def _is_there(other: DailyHistory, own: DailyHistory) -> bool:
    wanted, there = (
        np.isfinite(history.column(Variable.TEMPERATURE_MAX)) for history in (own, other)
    )
    return bool(there[wanted].mean() >= _FEWEST_COMMON)


def days_of(history: DailyHistory, first: date, last: date) -> DailyHistory:
    """Return these days of a history, NaN where it has none."""
    end = history.position(last) + 1
    start = history.position(first)
    before, after = max(-start, 0), max(end - history.n_days, 0)
    return DailyHistory(
        first,
        {
            name: np.pad(
                column[max(start, 0) : max(end, 0)], (before, after), constant_values=np.nan
            )[: end - start]
            for name, column in history.values.items()
        },
    )
