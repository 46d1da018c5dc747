"""Guidance on a real database: the newest first, then back to where the source begins."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from collector.guidance import FIRST_REFERENCE_DATE, possible
from shared.adapters.database import SessionFactory, database_now
from shared.adapters.guidance import load_guidance, store_guidance
from shared.adapters.tables import guidance
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.variables import LEAD_DAYS, Variable
from tests.support.collecting import A_DAY, YESTERDAY, House
from tests.support.database import SITE_ID
from tests.support.sources import FakeSource

MAX, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION
MONDAY = date(2026, 11, 16)


@pytest.fixture
def source() -> FakeSource:
    """Return a source of ordinary days."""
    return FakeSource()


@pytest.fixture
def house(sessions: SessionFactory, source: FakeSource) -> House:
    """Return a collector."""
    return House(sessions, {Provenance.OPEN_METEO: source})


def table(first: date, *maxima: float) -> Guidance:
    return Guidance(first, {MAX: np.repeat(np.array(maxima)[:, None], len(LEAD_DAYS), axis=1)})


def revisions(sessions: SessionFactory) -> int:
    with sessions.begin() as session:
        return int(session.execute(select(func.count()).select_from(guidance)).scalar_one())


def test_guidance_of_today_comes_first_and_the_rest_can_wait(
    house: House, source: FakeSource
) -> None:
    house.run()
    house.run_due(JobKind.GUIDANCE)
    newest, older = source.guided
    assert (newest.first, newest.last) == (YESTERDAY - 13 * A_DAY, YESTERDAY)
    assert not newest.leaves_reserve
    assert (older.first, older.last) == (FIRST_REFERENCE_DATE, YESTERDAY - 14 * A_DAY)
    assert older.leaves_reserve


def test_next_day_asks_for_what_is_new_and_may_have_come_late(
    house: House, sessions: SessionFactory, source: FakeSource
) -> None:
    house.run()
    house.run_due(JobKind.GUIDANCE)
    before = revisions(sessions)
    source.guided.clear()
    house.run(YESTERDAY + A_DAY)
    house.run_due(JobKind.GUIDANCE)
    assert [(one.first, one.last) for one in source.guided] == [(YESTERDAY, YESTERDAY + A_DAY)]
    assert revisions(sessions) == before + len(LEAD_DAYS)


def test_what_was_known_then_stays_known(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        assert store_guidance(session, SITE_ID, table(MONDAY, 20.0, 21.0)) == [
            MONDAY,
            MONDAY + A_DAY,
        ]
        then = database_now(session)
    with sessions.begin() as session:
        assert store_guidance(session, SITE_ID, table(MONDAY, 20.0, 25.0)) == [MONDAY + A_DAY]
    with sessions.begin() as session:
        now, before = (
            load_guidance(session, SITE_ID),
            load_guidance(session, SITE_ID, known_at=then),
        )
        later = load_guidance(session, SITE_ID, since=MONDAY + A_DAY)
    assert now is not None
    assert before is not None
    assert later is not None
    assert now.values[MAX][:, 0].tolist() == [20.0, 25.0]
    assert before.values[MAX][:, 0].tolist() == [20.0, 21.0]
    assert (later.first_date, later.n_dates) == (MONDAY + A_DAY, 1)


def test_missing_guidance_never_overwrites_and_is_known_to_have_been_asked_for(
    sessions: SessionFactory,
) -> None:
    with sessions.begin() as session:
        store_guidance(session, SITE_ID, table(MONDAY, 20.0))
        assert store_guidance(session, SITE_ID, table(MONDAY, np.nan)) == []
        assert store_guidance(session, SITE_ID, table(MONDAY + A_DAY, np.nan)) == [MONDAY + A_DAY]
        assert store_guidance(session, SITE_ID, table(MONDAY + A_DAY, np.nan)) == []


def test_place_without_guidance_has_none(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        assert load_guidance(session, SITE_ID) is None


def test_impossible_guidance_is_no_guidance() -> None:
    offered = Guidance(MONDAY, {RAIN: np.array([[0.0, -1.0, 5.0, 9000.0, np.inf, np.nan, 1.0]])})
    kept = possible(offered).values[RAIN][0]
    assert np.isnan(kept).tolist() == [False, True, False, True, True, True, False]


def test_guidance_of_an_early_day_begins_there(house: House, source: FakeSource) -> None:
    early = FIRST_REFERENCE_DATE - timedelta(days=30)
    house.start = early
    house.run(early)
    house.run_due(JobKind.GUIDANCE)
    assert all(one.last <= early for one in source.guided)
