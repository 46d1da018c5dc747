"""Sites to be trained: the same six years everywhere, so that only their number differs."""

from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from benchmarks.skill.places import DATA, load_places, read_history
from shared.adapters.observations import store_histories
from shared.adapters.sites import add_site
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES

_OBSERVED = DATA / "marrakech" / "daily.csv"
FIRST_DAY, LAST_DAY = date(2018, 1, 1), date(2023, 12, 31)
# So far from one another that none is another's neighbour.
_LATITUDES = np.linspace(-60.0, 60.0, 9)
_LONGITUDES_APART = 15.0


def six_years() -> tuple[DailyHistory, bool]:
    """Return six years of the five forecast variables, and whether they are simulated."""
    if _OBSERVED.exists():
        history, is_simulated = read_history(_OBSERVED), False
    else:
        history, is_simulated = load_places()[0].history, True
    start = history.position(FIRST_DAY)
    days = slice(start, history.position(LAST_DAY) + 1)
    values = {name: history.column(name)[days] for name in FORECAST_VARIABLES}
    return DailyHistory(FIRST_DAY, values), is_simulated


def add_sites(session: Session, history: DailyHistory, n_sites: int, *, first: int) -> list[str]:
    """Add sites, numbered from `first`, each with this history; return their ids.

    The trainer finds them by itself: a site with enough observations is due.
    """
    new = [_site(number) for number in range(first, first + n_sites)]
    for site in new:
        add_site(session, site)
    names = [site.site_id for site in new]
    store_histories(
        session,
        dict.fromkeys(names, history),
        provenance=Provenance.IMPORTED,
        final_until=history.last_date,
    )
    return names


def _site(number: int) -> Site:
    row, column = divmod(number, _LATITUDES.size)
    return Site(
        site_id=f"bench-{number}",
        name=f"Bench {number}",
        latitude=float(_LATITUDES[column]),
        longitude=_LONGITUDES_APART * row,
        elevation=None,
        timezone="UTC",
    )
