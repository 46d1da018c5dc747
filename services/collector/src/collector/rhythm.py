"""How a source settles: which days it may still revise, and which are asked for every day."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.contracts.provenance import Provenance


@dataclass(frozen=True)
class Rhythm:
    """The habits of a source.

    Attributes
    ----------
    final_after : timedelta
        Days so long ago will not be revised any more.
    asked_daily : int
        Number of newest days that are asked for every day.
    """

    final_after: timedelta
    asked_daily: int

    def final_until(self, today: date) -> date:
        """Return the newest day that will not be revised any more."""
        return today - self.final_after

    def first_asked(self, newest: date) -> date:
        """Return the first of the days asked for every day, of which `newest` is the last."""
        return newest - timedelta(days=self.asked_daily - 1)


def rhythms_of(archive_lag: timedelta) -> dict[Provenance, Rhythm]:
    """Return the habits of the sources there are.

    Parameters
    ----------
    archive_lag : timedelta
        How late Open-Meteo's archive is. Younger days come from its forecasts, are revised and
        asked for every day; they are final when the archive has them.
    """
    return {
        Provenance.OPEN_METEO: Rhythm(archive_lag, asked_daily=max(archive_lag.days - 1, 1)),
        # It never changes its mind; a few days make up for a machine that was off.
        Provenance.SIMULATED: Rhythm(timedelta(days=1), asked_daily=7),
    }
