"""The hosts of Open-Meteo that are stood in for: what each is asked, and about which days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

Today = Callable[[], date]


def utc_today() -> date:
    """Return the UTC date of the wall clock."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Host:
    """One of the source's hosts; a stand-in serves all of them at one address, by path.

    Attributes
    ----------
    section : str
        `daily` or `hourly`: the parameter that names the series, and their place in the answer.
    models : tuple of str
        Values of `models` that are answered, the default first.
    back, ahead : timedelta
        Reach before and after today.
    earliest : date
        No day before this one, whatever the reach.
    """

    path: str
    section: str
    models: tuple[str, ...]
    back: timedelta
    ahead: timedelta
    earliest: date

    def days_at(self, today: date) -> tuple[date, date]:
        """Return the first and the last day that may be asked for."""
        return max(self.earliest, today - self.back), today + self.ahead


_EVER = timedelta(days=100 * 366)
_BEST_MATCH = "best_match"

ARCHIVE = Host(
    path="/v1/archive",
    section="daily",
    models=(_BEST_MATCH, "era5_seamless"),
    back=_EVER,
    ahead=timedelta(0),
    earliest=date(1940, 1, 1),
)
FORECAST = Host(
    path="/v1/forecast",
    section="daily",
    models=(_BEST_MATCH,),
    back=timedelta(days=93),
    ahead=timedelta(days=15),
    earliest=date(1940, 1, 1),
)
#: A host of its own at the source, where the path is `/v1/forecast` as well.
PREVIOUS_RUNS = Host(
    path="/v1/previous-runs",
    section="hourly",
    models=(_BEST_MATCH,),
    back=_EVER,
    ahead=timedelta(days=15),
    earliest=date(2016, 1, 1),
)
HOSTS = (ARCHIVE, FORECAST, PREVIOUS_RUNS)
