"""What a human asks for: missing days at once, of the dates named, whatever rests."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from collector.errors import BackfillRefused
from collector.requests import Wanted, count_missing, request_backfill
from shared.adapters.database import SessionFactory
from shared.adapters.site_states import pause_site
from shared.adapters.sites import add_site
from shared.adapters.tables import jobs, observations
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE
from shared.errors import SiteUnknown
from tests.support.collecting import START, YESTERDAY, House, noon_after
from tests.support.database import SITE_ID
from tests.support.sources import FakeSource

NOW = noon_after(YESTERDAY)
SEPTEMBER = (date(2026, 9, 10), date(2026, 9, 12))
OCTOBER = (date(2026, 10, 5), date(2026, 10, 9))
ALL = Wanted(SITE_ID, START, YESTERDAY)


@pytest.fixture
def source() -> FakeSource:
    """Return a source of ordinary days."""
    return FakeSource()


@pytest.fixture
def house(sessions: SessionFactory, source: FakeSource) -> House:
    """Return a collector that has the site's own history, without some days of two months."""
    using = House(sessions, {Provenance.OPEN_METEO: source})
    using.run(YESTERDAY)
    source.asked.clear()
    for first, last in (SEPTEMBER, OCTOBER):
        with sessions.begin() as session:
            session.execute(
                delete(observations).where(observations.c.valid_date.between(first, last))
            )
    return using


def ask(sessions: SessionFactory, wanted: Wanted) -> None:
    with sessions.begin() as session:
        request_backfill(session, wanted, now=NOW)


def missing(sessions: SessionFactory, wanted: Wanted = ALL) -> int:
    with sessions.begin() as session:
        return count_missing(session, wanted)


def test_only_the_days_asked_for_are_fetched(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    assert missing(sessions) == 8
    ask(sessions, Wanted(SITE_ID, date(2026, 10, 1), date(2026, 10, 31)))
    house.run_due(JobKind.BACKFILL)
    assert source.spans == [OCTOBER]
    assert missing(sessions) == 3


def test_what_was_asked_for_goes_on_from_stretch_to_stretch(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    wanted = Wanted(SITE_ID, START, OCTOBER[1])
    ask(sessions, wanted)
    house.run_due(JobKind.BACKFILL)
    assert source.spans == [OCTOBER, SEPTEMBER]
    with sessions.begin() as session:
        query = select(jobs.c.parameters).where(jobs.c.kind == JobKind.BACKFILL)
        assert session.execute(query).scalars().all() == [wanted.parameters] * 2


def test_days_before_the_history_that_is_wanted_may_be_asked_for(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    earlier = (START - timedelta(days=20), START - timedelta(days=11))
    ask(sessions, Wanted(SITE_ID, *earlier))
    house.run_due(JobKind.BACKFILL)
    assert source.spans == [earlier]


def test_days_the_source_had_nothing_for_are_asked_for_again_and_counted_all_along(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    source.empty.add(OCTOBER[0])
    ask(sessions, ALL)
    house.run_due(JobKind.BACKFILL)
    assert missing(sessions) == 1
    source.asked.clear()
    source.empty.clear()
    ask(sessions, ALL)
    house.run_due(JobKind.BACKFILL)
    assert missing(sessions) == 0


def test_second_request_joins_the_first(house: House, sessions: SessionFactory) -> None:
    del house
    with sessions.begin() as session:
        first = request_backfill(session, ALL, now=NOW)
    with sessions.begin() as session:
        assert request_backfill(session, replace(ALL, first=YESTERDAY), now=NOW) == first


def test_nothing_is_fetched_where_nothing_is_collected(
    house: House, sessions: SessionFactory
) -> None:
    with sessions.begin() as session:
        pause_site(session, SITE_ID)
        add_site(session, replace(DEFAULT_SITE, site_id="new"))
        add_site(session, replace(DEFAULT_SITE, site_id="files", provenance=Provenance.IMPORTED))
    refusals = {SITE_ID: "climate sites resume marrakech", "files": "climate import", "new": "new"}
    for site_id, says in refusals.items():
        with pytest.raises(BackfillRefused, match=says):
            ask(sessions, replace(ALL, site_id=site_id))
    with pytest.raises(SiteUnknown):
        ask(sessions, replace(ALL, site_id="atlantis"))
    assert house.waiting() == {}


def test_days_that_run_backwards_are_refused(house: House, sessions: SessionFactory) -> None:
    del house
    with pytest.raises(BackfillRefused, match="no day to fetch"):
        ask(sessions, Wanted(SITE_ID, YESTERDAY, START))
