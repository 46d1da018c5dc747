"""Splits what is wanted into calls the source will answer: places, days and weight bounded.

The source counts the weight of calls, not calls: each place weighs
`max(1, series / 10, days / 14 * series / 10)`, and more than 5 000 in one call are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import floor

import httpx

from shared.contracts.sites import Site
from shared.forecasting.variables import HORIZON_DAYS, LEAD_DAYS, Variable

MAX_PLACES = 1000
#: The heaviest call the source answers.
MAX_WEIGHT = 5000.0

_SERIES_IN_A_CALL = 10
_DAYS_IN_A_CALL = 14
_A_DAY = timedelta(days=1)
_TIMES_A_DAY = {"daily": 1, "hourly": 24}
# Twice and more what the source takes for the head of a place's answer, and for a value; and what
# may come from anyone, to be read and told about.
_HEAD_BYTES = 4 * 1024
_VALUE_BYTES = 24
_ANY_BYTES = 256 * 1024


@dataclass(frozen=True)
class Product:
    """What is asked for, and which valid days it takes.

    Attributes
    ----------
    section : str
        `daily` or `hourly`: the parameter that names the series, and where the answer has them.
    series : tuple of str
        Their names.
    begins, ends : int
        Days of the source that a day wanted takes, counted from it.
    """

    section: str
    series: tuple[str, ...]
    begins: int = 0
    ends: int = 0

    def weight(self, n_days: int) -> float:
        """Return what so many wanted days of one place weigh."""
        per_call = len(self.series) / _SERIES_IN_A_CALL
        return max(1.0, per_call, self._valid_days(n_days) / _DAYS_IN_A_CALL * per_call)

    def days_within(self, weight: float) -> int:
        """Return how many wanted days of one place weigh no more than this; at least one."""
        per_call = len(self.series) / _SERIES_IN_A_CALL
        valid_days = floor(weight * _DAYS_IN_A_CALL / per_call)
        return max(valid_days - self.ends + self.begins, 1)

    def _valid_days(self, n_days: int) -> int:
        return n_days + self.ends - self.begins


#: Hourly quantities the guidance is made of.
GUIDANCE_QUANTITIES = ("temperature_2m", "precipitation", "wind_speed_10m")

OBSERVED = Product("daily", tuple(variable.value for variable in Variable))
#: What was forecast 1 to 7 days before: a reference date takes the seven days after it.
GUIDANCE = Product(
    "hourly",
    tuple(f"{name}_previous_day{lead}" for name in GUIDANCE_QUANTITIES for lead in LEAD_DAYS),
    begins=LEAD_DAYS[0],
    ends=HORIZON_DAYS,
)


@dataclass(frozen=True)
class Endpoint:
    """Whom to ask: an address, and the weather model behind it where one is to be named."""

    url: str
    model: str | None = None


@dataclass(frozen=True)
class Call:
    """One request to the source.

    Attributes
    ----------
    places : tuple of Site
        All with an elevation, or all without.
    first, last : date
        The days wanted, both included.
    """

    endpoint: Endpoint
    product: Product
    places: tuple[Site, ...]
    first: date
    last: date

    @property
    def first_valid(self) -> date:
        """The first day that is asked of the source."""
        return self.first + timedelta(days=self.product.begins)

    @property
    def last_valid(self) -> date:
        """The last day that is asked of the source."""
        return self.last + timedelta(days=self.product.ends)

    @property
    def weight(self) -> float:
        """Calls this counts as."""
        return len(self.places) * self.product.weight((self.last - self.first).days + 1)

    @property
    def most_bytes(self) -> int:
        """How long the answer may be, generously: an endless one is not read to its end."""
        n_days = (self.last_valid - self.first_valid).days + 1
        n_times = n_days * _TIMES_A_DAY[self.product.section]
        a_place = _HEAD_BYTES + n_times * _VALUE_BYTES * (1 + len(self.product.series))
        return _ANY_BYTES + len(self.places) * a_place

    @property
    def site_ids(self) -> tuple[str, ...]:
        """The places, in the order of the answer."""
        return tuple(place.site_id for place in self.places)

    def parameters(self) -> dict[str, str]:
        """Return the request's parameters: UTC days, standard units."""
        parameters = {
            "latitude": ",".join(f"{place.latitude:.4f}" for place in self.places),
            "longitude": ",".join(f"{place.longitude:.4f}" for place in self.places),
            "start_date": self.first_valid.isoformat(),
            "end_date": self.last_valid.isoformat(),
            self.product.section: ",".join(self.product.series),
            "timezone": "GMT",
        }
        if self.places[0].elevation is not None:
            parameters["elevation"] = ",".join(f"{place.elevation:g}" for place in self.places)
        if self.endpoint.model is not None:
            parameters["models"] = self.endpoint.model
        return parameters

    def url(self) -> str:
        """Return the whole request as an address, for the record; a key is never part of it."""
        return str(httpx.URL(self.endpoint.url, params=self.parameters()))

    def halves(self) -> "tuple[Call, Call]":
        """Return the call for each half of its places, to find the one at fault."""
        middle = len(self.places) // 2
        return (
            replace(self, places=self.places[:middle]),
            replace(self, places=self.places[middle:]),
        )


def plan_calls(
    endpoint: Endpoint,
    product: Product,
    places: Sequence[Site],
    span: tuple[date, date],
    max_weight: float = MAX_WEIGHT,
) -> Iterator[Call]:
    """Return the calls for some days of some places, each at most so heavy; newest days first.

    Places with and without an elevation travel apart: a list of elevations has no blanks.
    """
    first, last = span
    with_height = [place for place in places if place.elevation is not None]
    without = [place for place in places if place.elevation is None]
    days = timedelta(days=product.days_within(min(max_weight, MAX_WEIGHT)))
    while first <= last:
        start = max(first, last - days + _A_DAY)
        weight = product.weight((last - start).days + 1)
        n_places = min(max(floor(min(max_weight, MAX_WEIGHT) / weight), 1), MAX_PLACES)
        for group in (with_height, without):
            for begin in range(0, len(group), n_places):
                chunk = tuple(group[begin : begin + n_places])
                yield Call(endpoint, product, chunk, start, last)
        last = start - _A_DAY
