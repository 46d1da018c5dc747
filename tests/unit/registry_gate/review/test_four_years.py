"""Four years, reviewed every day: quiet while nothing changes, awake when something does.

The weather and the guidance are the simulator's, the ring is the collector's. What the reviews say
is judged by the gate's own rules; the database is left out. The rules were made on such weather, so
the rollbacks are looked at on observed weather as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import pytest

from benchmarks.skill.places import read_history
from registry_gate.review.gathering import TELL_AGAIN_AFTER, shifts, standings
from registry_gate.review.shift import shift_of_observations
from registry_gate.review.verdict import Evidence, ReviewOutcome, judge
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Neighbour
from shared.forecasting.variables import FORECAST_VARIABLES, TEMPERATURES, Variable
from tests.support.data import SHARED_DATA
from tests.support.watched import (
    FIRST,
    LEARNT,
    WATCHED,
    Issued,
    as_reviewed,
    candidate,
    shifted,
    world,
)

BASEL = Site("basel", "Basel", 47.56, 7.59, 260.0, "Europe/Zurich")
YEARS = 4
#: Days a champion serves before the next one is promoted; all are equally good.
TERM = 28
#: Starts of a shift, spread over the years and their seasons.
STARTS = np.linspace(LEARNT + 20, LEARNT + WATCHED - 40, 12).astype(int).tolist()
FOUND_WITHIN = 30
#: Days on which a champion is promoted that was made worse.
PROMOTED_ON = range(LEARNT, LEARNT + WATCHED - 20, 60)
#: Places with eight years of days or more, of different climates; what a series must have of them.
OBSERVED = ("adelaide", "basel", "berlin", "casablanca", "rome", "stockholm")
MOSTLY = 0.7
#: Places of one source whose neighbours are 50 to 400 km away, all from a first of January on.
NEIGHBOURS = (
    *(("fes", "beni-mellal", "casablanca"), ("beni-mellal", "azilal", "fes")),
    *(("agadir", "taroudant", "casablanca"), ("basel", "munich")),
)


@dataclass
class Watch:
    """Tells of drift as a review would: the same thing not again within two months."""

    told: dict[str, int] = field(default_factory=dict)
    alarms: int = 0

    def hear(self, day: int, found: Sequence[str]) -> None:
        for name in found:
            if day - self.told.get(name, -(10**6)) >= TELL_AGAIN_AFTER.days:
                self.alarms += 1
                self.told[name] = day


def reigns(issued: Issued) -> Iterator[tuple[int, UUID, UUID, dict[UUID, FloatArray]]]:
    """Yield each watched day with its champion, the one before, and the forecasts of both."""
    first = LEARNT // TERM
    made = {
        number: issued.model(number, first=number * TERM)
        for number in range(first - 1, (LEARNT + WATCHED) // TERM + 1)
    }
    for day in range(LEARNT, LEARNT + WATCHED):
        number = max(day // TERM, first)
        champion, before = candidate(number), candidate(number - 1)
        yield day, champion, before, {champion: made[number], before: made[number - 1]}


@pytest.mark.slow
@pytest.mark.parametrize("site", [DEFAULT_SITE, BASEL], ids=lambda site: site.site_id)
def test_four_years_without_change_bring_an_alarm_a_year_at_most(site: Site) -> None:
    known = world(site)
    watches = {variable: Watch() for variable in FORECAST_VARIABLES}
    for variable, watch in watches.items():
        issued = Issued.of(known, variable)
        champion = {candidate(0): issued.model(0, first=0)}
        for day in range(LEARNT, LEARNT + WATCHED):
            verified = issued.verified(day, champion)
            watch.hear(day, list(shifts(verified, candidate(0), as_reviewed(known, day))))
    assert {name: watch.alarms for name, watch in watches.items() if watch.alarms > YEARS} == {}
    # Of the whole site, all variables, observations and errors together.
    assert sum(watch.alarms for watch in watches.values()) <= YEARS


@pytest.mark.slow
@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_four_years_of_equal_champions_bring_no_rollback(variable: Variable) -> None:
    issued = Issued.of(world(DEFAULT_SITE), variable)
    assert rolled_back(issued) == []


def rolled_back(issued: Issued) -> list[UUID]:
    """Return the champions of four years that would be taken back for the one before."""
    taken_back = []
    for day, champion, before, models in reigns(issued):
        found = standings(issued.verified(day, models), champion, before)
        verdict = judge(Evidence(standings=found, may_roll_back=True))
        if verdict.outcome is ReviewOutcome.ROLL_BACK and champion not in taken_back:
            taken_back.append(champion)
    return taken_back


@pytest.mark.slow
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no ../shared/data on this machine")
def test_observed_weather_tells_equal_champions_from_bad_ones() -> None:
    observed = [of for place in OBSERVED for of in issued_at(place)]
    terms = len(observed) * WATCHED // TERM
    # Weather is rougher than the simulator's: one equal in a hundred, a bad one in five.
    assert sum(len(rolled_back(issued)) for issued in observed) <= terms // 100
    tried = [is_taken_back(issued, day) for issued in observed for day in PROMOTED_ON]
    assert sum(tried) >= 0.8 * len(tried)


def issued_at(place: str) -> list[Issued]:
    """Return the forecasts of what was observed at a place, of each temperature and of wind."""
    known = ForecastInputs(read_history(SHARED_DATA / place / "daily.csv"))
    names = (*TEMPERATURES, Variable.WIND_SPEED_MAX)
    there = [name for name in names if np.isfinite(known.own.column(name)).mean() > MOSTLY]
    return [Issued.of(known, variable) for variable in there]


@pytest.mark.parametrize("degrees", [2.0, -2.0])
@pytest.mark.parametrize("site", [DEFAULT_SITE, BASEL], ids=lambda site: site.site_id)
def test_sensor_that_reads_two_degrees_wrong_is_found_within_thirty_days(
    site: Site, degrees: float
) -> None:
    missed = [start for start in STARTS if found_after(world(site), degrees, start) is None]
    assert missed == []


@pytest.mark.slow
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no ../shared/data on this machine")
def test_observed_weather_shows_a_shift_that_is_larger_than_what_neighbours_leave_open() -> None:
    tried = [(observed_beside(*places), start) for places in NEIGHBOURS for start in STARTS]
    shares = {
        degrees: np.mean([found_after(known, degrees, start) is not None for known, start in tried])
        for degrees in (2.0, 4.0)
    }
    # Stations far from one another: 2 degC hide in what a month may bring, 4 mostly do not.
    assert shares[4.0] > 0.5
    assert shares[2.0] < shares[4.0]


def observed_beside(*places: str) -> ForecastInputs:
    """Return what was observed at the first of some places, the others being its neighbours."""
    own, *near = (read_history(SHARED_DATA / place / "daily.csv") for place in places)
    assert {history.first_date.strftime("%m-%d") for history in (own, *near)} == {"01-01"}
    own, *near = (DailyHistory(FIRST, history.values) for history in (own, *near))
    neighbours = [Neighbour(f"{n}", 0.0, 200.0, history) for n, history in enumerate(near)]
    return ForecastInputs(own, neighbours)


def found_after(world: ForecastInputs, degrees: float, start: int) -> int | None:
    """Return on which day of a shift any temperature of a site alarms."""
    known = shifted(world, degrees, start)
    for day in range(start + 9, start + FOUND_WITHIN):
        looked_at = as_reviewed(known, day)
        if any(shift_of_observations(looked_at, name) for name in TEMPERATURES):
            return day - start + 1
    return None


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_champion_made_worse_after_promotion_is_taken_back_within_ten_verified_days(
    variable: Variable,
) -> None:
    issued = Issued.of(world(DEFAULT_SITE), variable)
    late = [day for day in PROMOTED_ON if not is_taken_back(issued, day)]
    # A tenth may hide behind easy weather: with few days a stricter rule would flap.
    assert len(late) <= len(PROMOTED_ON) // 10, late


def is_taken_back(issued: Issued, promoted_on: int) -> bool:
    """Say whether a bad champion is rolled back by the tenth day that was verified."""
    good = issued.model(1, first=0)
    models = {candidate(1): good, candidate(2): made_worse(issued, promoted_on)}
    for days in range(1, 11):
        found = standings(issued.verified(promoted_on + days, models), candidate(2), candidate(1))
        if judge(Evidence(standings=found, may_roll_back=True)).outcome is ReviewOutcome.ROLL_BACK:
            return True
    return False


def made_worse(issued: Issued, first: int) -> FloatArray:
    """Return forecasts whose errors are twice as large; of rain, the probability that it is dry.

    In a dry season the errors of rain are next to nothing, however often they double.
    """
    if issued.variable is Variable.PRECIPITATION:
        return 1.0 - issued.model(2, first=first)
    return issued.model(2, first=first, times=2.0)
