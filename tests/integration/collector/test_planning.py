"""Planning on a real database: what is due, for whom, and that one bad row is nobody else's."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from collector.planning import SITES_IN_A_SLOT, SPREAD, plan_due_collections
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.sites import add_site
from shared.adapters.tables import jobs, sites
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import DEFAULT_SITE
from tests.support.database import SITE_ID, job_row

YESTERDAY = date(2026, 11, 22)

pytestmark = pytest.mark.usefixtures("timezones")


def planned(sessions: SessionFactory, site_id: str = SITE_ID) -> list[date]:
    with sessions.begin() as session:
        query = select(jobs.c.logical_date).where(
            jobs.c.kind == JobKind.COLLECT, jobs.c.site_id == site_id
        )
        return list(session.execute(query.order_by(jobs.c.logical_date)).scalars())


def plan(sessions: SessionFactory, now: str, source: Source = Source.AUTO) -> None:
    with sessions.begin() as session:
        plan_due_collections(session, now=datetime.fromisoformat(now), source=source)


def add_sites(sessions: SessionFactory, count: int, **fields: str) -> list[str]:
    ids = [f"site-{number}" for number in range(count)]
    with sessions.begin() as session:
        for site_id in ids:
            add_site(session, replace(DEFAULT_SITE, site_id=site_id))
            if fields:
                session.execute(update(sites).where(sites.c.site_id == site_id).values(**fields))
    return ids


def test_planning_asks_for_the_complete_day_once(sessions: SessionFactory) -> None:
    for now in ("2026-11-23T05:00Z", "2026-11-23T06:00Z", "2026-11-23T18:00Z"):
        plan(sessions, now)
        plan(sessions, now)
    assert planned(sessions) == [date(2026, 11, 21), YESTERDAY]


def test_planning_after_days_of_absence_asks_for_one_day(sessions: SessionFactory) -> None:
    plan(sessions, "2026-11-01T12:00Z")
    plan(sessions, "2026-11-23T12:00Z")
    assert planned(sessions) == [date(2026, 10, 31), YESTERDAY]


def test_waiting_collection_of_an_earlier_day_is_part_of_the_new_one(
    sessions: SessionFactory,
) -> None:
    with sessions.begin() as session:
        earlier, backfill = (
            plan_job(session, kind=kind, site_id=SITE_ID, logical_date=YESTERDAY - timedelta(1))
            for kind in (JobKind.COLLECT, JobKind.BACKFILL)
        )
    plan(sessions, "2026-11-23T12:00Z")
    assert earlier is not None
    assert backfill is not None
    assert job_row(sessions, earlier).state == "cancelled"
    assert job_row(sessions, earlier).last_error == "the one of 2026-11-22 takes its place"
    assert job_row(sessions, backfill).state == "queued"


@pytest.mark.parametrize(
    "row",
    [{"provenance": Provenance.IMPORTED}, {"state": "paused"}, {"state": "removed"}],
    ids=["imported", "paused", "removed"],
)
def test_site_that_is_not_collected_is_left_alone(
    sessions: SessionFactory, row: dict[str, str]
) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(**row))
    plan(sessions, "2026-11-23T12:00Z")
    assert planned(sessions) == []


def test_ring_point_is_collected_with_its_site_only(sessions: SessionFactory) -> None:
    add_sites(sessions, 1)
    with sessions.begin() as session:
        session.execute(
            update(sites)
            .where(sites.c.site_id == "site-0")
            .values(centre_id=SITE_ID, bearing_degrees=0.0, distance_km=200.0)
        )
    plan(sessions, "2026-11-23T12:00Z")
    assert planned(sessions, "site-0") == []


def test_planning_without_a_source_asks_for_nothing(sessions: SessionFactory) -> None:
    plan(sessions, "2026-11-23T12:00Z", Source.NONE)
    assert planned(sessions) == []


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "", "../../etc/passwd", "Africa", "\N{BELL}"])
def test_wrong_time_zone_holds_up_neither_the_others_nor_its_own_site(
    sessions: SessionFactory, timezone: str
) -> None:
    add_sites(sessions, 1, timezone=timezone)
    plan(sessions, "2026-11-23T12:00Z")
    assert planned(sessions) == [YESTERDAY]
    assert planned(sessions, "site-0") == [YESTERDAY]


def test_row_that_makes_no_sense_holds_up_nobody(sessions: SessionFactory) -> None:
    add_sites(sessions, 1, provenance="guesswork")
    plan(sessions, "2026-11-23T12:00Z")
    assert planned(sessions) == [YESTERDAY]


def test_many_sites_have_their_turns_one_after_the_other(sessions: SessionFactory) -> None:
    count = 4 * SITES_IN_A_SLOT
    ids = add_sites(sessions, count, provenance=Provenance.OPEN_METEO)
    start = datetime.fromisoformat("2026-11-23T06:00Z")
    waves = []
    for minutes in range(0, int(SPREAD.total_seconds() // 60) + 1, 2):
        plan(sessions, (start + timedelta(minutes=minutes)).isoformat())
        with sessions.begin() as session:
            query = select(jobs.c.site_id).where(jobs.c.logical_date == YESTERDAY)
            waves.append(set(session.execute(query).scalars()))
    new = [len(now - before) for before, now in zip([set(), *waves], waves, strict=False)]
    assert waves[-1] >= set(ids)
    assert max(new) < 2 * SITES_IN_A_SLOT
    assert sum(n > 0 for n in new) >= 4


def test_new_site_does_not_wait_for_its_turn(sessions: SessionFactory) -> None:
    add_sites(sessions, 3 * SITES_IN_A_SLOT)
    plan(sessions, "2026-11-23T06:00Z")
    with sessions.begin() as session:
        dates = Counter(session.execute(select(jobs.c.logical_date)).scalars())
    assert dates == {YESTERDAY: 3 * SITES_IN_A_SLOT + 1}
