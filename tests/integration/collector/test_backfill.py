"""Missing days on a real database: found by themselves, newest first, and asked again in vain."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from collector.gaps import Span, missing_days
from collector.ring import RingShape, ring_around
from shared.adapters.database import SessionFactory
from shared.adapters.runner import Outcome
from shared.adapters.sites import keep_ring
from shared.adapters.tables import empty_days, jobs, observations
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable
from tests.support.collecting import A_DAY, START, YESTERDAY, House
from tests.support.database import SITE_ID
from tests.support.sources import FakeSource

OCTOBER = (date(2026, 10, 5), date(2026, 10, 9))


@pytest.fixture
def source() -> FakeSource:
    """Return a source of ordinary days."""
    return FakeSource()


@pytest.fixture
def house(sessions: SessionFactory, source: FakeSource) -> House:
    """Return a collector that has the site's own history."""
    using = House(sessions, {Provenance.OPEN_METEO: source})
    using.run(YESTERDAY - A_DAY)
    source.asked.clear()
    return using


def forget(sessions: SessionFactory, first: date, last: date) -> None:
    with sessions.begin() as session:
        session.execute(delete(observations).where(observations.c.valid_date.between(first, last)))


def add_ring(sessions: SessionFactory) -> list[str]:
    points = ring_around(DEFAULT_SITE, RingShape.parse("0@200,90@300"))
    with sessions.begin() as session:
        keep_ring(session, DEFAULT_SITE, points)
    return [point.point.site_id for point in points]


def days_of(sessions: SessionFactory, site_id: str = SITE_ID) -> int:
    with sessions.begin() as session:
        days = func.count(observations.c.valid_date.distinct())
        query = select(days).where(observations.c.site_id == site_id)
        return int(session.execute(query).scalar_one())


def test_nothing_is_planned_where_nothing_is_missing(house: House) -> None:
    house.run()
    assert house.waiting(JobKind.BACKFILL) == {}


def test_gap_is_found_and_filled_by_itself(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    forget(sessions, *OCTOBER)
    house.run()
    house.run_due(JobKind.BACKFILL)
    assert source.spans[-1] == OCTOBER
    assert source.asked[-1].leaves_reserve
    assert days_of(sessions) == (YESTERDAY - START).days + 1


def test_newest_gap_comes_first(house: House, sessions: SessionFactory, source: FakeSource) -> None:
    for first, last in (OCTOBER, (date(2026, 9, 3), date(2026, 9, 4))):
        forget(sessions, first, last)
    house.run()
    source.asked.clear()
    house.run_due(JobKind.BACKFILL)
    assert source.spans == [OCTOBER, (date(2026, 9, 3), date(2026, 9, 4))]


def test_ring_is_backfilled_to_the_first_day_of_the_site(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    ring = add_ring(sessions)
    house.run()
    source.asked.clear()
    house.run_due(JobKind.BACKFILL)
    assert {place.site_id for request in source.asked for place in request.places} == set(ring)
    assert [days_of(sessions, point) for point in ring] == [days_of(sessions)] * 2


def test_days_the_source_has_not_are_asked_again_later_and_later(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    gap = date(2026, 10, 5)
    forget(sessions, gap, gap)
    source.empty.add(gap)
    asked_on = []
    for day in range(100):
        house.run(YESTERDAY + day * A_DAY)
        source.asked.clear()
        house.run_due(JobKind.BACKFILL)
        if any(request.first <= gap <= request.last for request in source.asked):
            asked_on.append(day)
    assert asked_on == [0, 1, 5, 21, 85]


def test_day_that_comes_late_is_no_empty_day_any_more(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    gap = date(2026, 10, 5)
    forget(sessions, gap, gap)
    source.empty.add(gap)
    house.run()
    house.run_due(JobKind.BACKFILL)
    source.empty.clear()
    house.run(YESTERDAY + 2 * A_DAY)
    house.run_due(JobKind.BACKFILL)
    with sessions.begin() as session:
        assert session.execute(select(empty_days)).all() == []
    assert days_of(sessions) == (YESTERDAY + 2 * A_DAY - START).days + 1


def test_day_that_lacks_a_variable_is_completed(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    with sessions.begin() as session:
        session.execute(
            update(observations)
            .where(observations.c.valid_date.between(*OCTOBER))
            .values({Variable.RADIATION.value: None})
        )
    house.run()
    house.run_due(JobKind.BACKFILL)
    assert OCTOBER in source.spans


def test_provisional_days_are_made_final_a_week_at_a_time(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    source.asked.clear()
    backfills = []
    for day in range(28):
        house.run(YESTERDAY + day * A_DAY)
        source.asked.clear()
        house.run_due(JobKind.BACKFILL)
        backfills += source.spans
    assert len(backfills) == 4
    assert all((last - first).days + 1 <= 14 for first, last in backfills)
    with sessions.begin() as session:
        newest_final = session.execute(
            select(func.max(observations.c.valid_date)).where(observations.c.is_final)
        ).scalar_one()
        span = Span([SITE_ID], START, newest_final, newest_final, house.now)
        assert missing_days(session, span) == {}
    assert house.now.date() - newest_final <= timedelta(days=14)


def test_source_that_goes_away_leaves_the_gap_for_the_next_day(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    forget(sessions, *OCTOBER)
    house.run()
    source.is_reachable = False
    (job_id,) = house.waiting(JobKind.BACKFILL)[JobKind.BACKFILL]
    assert house.run_jobs(JobKind.BACKFILL, [job_id]) == {job_id: Outcome.WILL_RETRY}
    source.is_reachable = True
    with sessions.begin() as session:
        session.execute(update(jobs).where(jobs.c.job_id == job_id).values(not_before=func.now()))
    house.run_due(JobKind.BACKFILL)
    assert days_of(sessions) == (YESTERDAY - START).days + 1
