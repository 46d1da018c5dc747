"""Sources of weather for the collector's tests: their values are in dictionaries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from collector.errors import SourceRefused, SourceUnavailable
from collector.ports import DaysRequest, GuidanceAnswer, PlaceAnswer
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, VARIABLES, Variable

#: An ordinary day; each day is a little off it, since equal days are no weather.
ORDINARY = {
    Variable.TEMPERATURE_MAX: 24.0,
    Variable.TEMPERATURE_MIN: 12.0,
    Variable.TEMPERATURE_MEAN: 18.0,
    Variable.PRECIPITATION: 0.0,
    Variable.WIND_SPEED_MAX: 15.0,
    Variable.HUMIDITY_MEAN: 50.0,
    Variable.SURFACE_PRESSURE_MEAN: 960.0,
    Variable.WIND_GUSTS_MAX: 30.0,
    Variable.WIND_DIRECTION: 180.0,
    Variable.RADIATION: 15.0,
}


def ordinary(variable: Variable, day: date) -> float:
    """Return the value of an ordinary day: the same whenever it is asked for."""
    wobble = ((day.toordinal() * 7919) % 101) / 100.0
    value = ORDINARY[variable] + (0.0 if variable is Variable.PRECIPITATION else wobble)
    assert VARIABLES[variable].is_possible(value)
    return value


@dataclass
class FakeSource:
    """A source of ordinary days, but for the values that are set.

    Attributes
    ----------
    is_reachable : bool
        Whether it answers.
    values : dict
        Of a day and variable, at every place; NaN for a missing value.
    empty : set of date
        Days it has nothing for.
    refused : set of str
        Places it refuses.
    asked, guided : list of DaysRequest
        What it was asked for.
    """

    is_reachable: bool = True
    values: dict[tuple[date, Variable], float] = field(default_factory=dict)
    empty: set[date] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    asked: list[DaysRequest] = field(default_factory=list)
    guided: list[DaysRequest] = field(default_factory=list)

    def fetch(self, request: DaysRequest) -> Mapping[str, PlaceAnswer]:
        """Return the days of each place."""
        self.asked.append(request)
        self._answer_or_not()
        return {place.site_id: self._answer(place.site_id, request) for place in request.places}

    def guidance(self, request: DaysRequest) -> Mapping[str, GuidanceAnswer]:
        """Return twenty of everything, at every lead."""
        self.guided.append(request)
        self._answer_or_not()
        shape = ((request.last - request.first).days + 1, len(LEAD_DAYS))
        values = {variable: np.full(shape, 20.0) for variable in FORECAST_VARIABLES}
        return {
            place.site_id: GuidanceAnswer(Guidance(request.first, values))
            for place in request.places
        }

    def answers(self) -> bool:
        """Say whether it is there."""
        return self.is_reachable

    @property
    def spans(self) -> list[tuple[date, date]]:
        """The days it was asked for."""
        return [(request.first, request.last) for request in self.asked]

    def _answer_or_not(self) -> None:
        if not self.is_reachable:
            raise SourceUnavailable("the source is away")

    def _answer(self, site_id: str, request: DaysRequest) -> PlaceAnswer:
        if site_id in self.refused:
            return PlaceAnswer(None, problem=SourceRefused("the source refuses"))
        n_days = (request.last - request.first).days + 1
        days = [request.first + timedelta(n) for n in range(n_days)]
        columns = {name: np.array([self._value(name, day) for day in days]) for name in Variable}
        return PlaceAnswer(DailyHistory(request.first, columns))

    def _value(self, variable: Variable, day: date) -> float:
        if day in self.empty:
            return float("nan")
        return self.values.get((day, variable), ordinary(variable, day))
