"""Observations: append-only revisions, one provenance a site."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from shared.adapters.database import SessionFactory, database_now
from shared.adapters.observations import (
    DayValues,
    known_now,
    last_observed_date,
    load_history,
    store_observations,
)
from shared.adapters.tables import observations
from shared.contracts.provenance import Provenance
from shared.errors import ProvenanceConflict, SiteUnknown
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID

MONDAY, TUESDAY, THURSDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 19)
MAX, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION


def store(
    sessions: SessionFactory,
    days: dict[date, DayValues],
    *,
    provenance: Provenance = Provenance.SIMULATED,
    final_until: date = MONDAY,
    site_id: str = SITE_ID,
) -> list[date]:
    with sessions.begin() as session:
        return store_observations(
            session, site_id, days, provenance=provenance, final_until=final_until
        )


def revisions(sessions: SessionFactory) -> int:
    with sessions.begin() as session:
        count = select(func.count()).select_from(observations)
        return int(session.execute(count).scalar_one())


def test_new_days_are_stored_and_read_back_with_gaps_as_nan(sessions: SessionFactory) -> None:
    changed = store(sessions, {MONDAY: {MAX: 20.5}, THURSDAY: {MAX: 18.0, RAIN: 0.0}})
    assert changed == [MONDAY, THURSDAY]
    with sessions.begin() as session:
        history = load_history(session, SITE_ID)
        assert last_observed_date(session, SITE_ID) == THURSDAY
    assert history.first_date == MONDAY
    maxima = history.values[MAX]
    assert (maxima[0], maxima[3]) == (20.5, 18.0)
    assert [bool(value != value) for value in maxima] == [False, True, True, False]  # noqa: PLR0124 - NaN


def test_same_days_again_write_nothing(sessions: SessionFactory) -> None:
    days: dict[date, DayValues] = {MONDAY: {MAX: 20.5}, TUESDAY: {MAX: float("nan"), RAIN: None}}
    store(sessions, days)
    assert store(sessions, days) == []
    assert revisions(sessions) == 1  # a day of which nothing is known is no observation


def test_revision_is_appended_and_the_former_value_stays_known(sessions: SessionFactory) -> None:
    store(sessions, {MONDAY: {MAX: 20.5}})
    with sessions.begin() as session:
        before = database_now(session)
    assert store(sessions, {MONDAY: {MAX: 21.0}}) == [MONDAY]
    with sessions.begin() as session:
        now = load_history(session, SITE_ID)
        then = load_history(session, SITE_ID, known_at=before)
    assert (now.values[MAX][0], then.values[MAX][0]) == (21.0, 20.5)


def test_what_is_known_now_includes_what_is_being_written(sessions: SessionFactory) -> None:
    # Revisions carry the time of writing; read before they are committed, a history would differ
    # from the same history read later.
    def ask() -> datetime:
        with sessions.begin() as session:
            return known_now(session, SITE_ID)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            store_observations(
                session,
                SITE_ID,
                {MONDAY: {MAX: 20.5}},
                provenance=Provenance.SIMULATED,
                final_until=MONDAY,
            )
            asked = pool.submit(ask)
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.3)
        known_at = asked.result(timeout=10)
    store(sessions, {TUESDAY: {MAX: 21.0}})
    with sessions.begin() as session:
        assert load_history(session, SITE_ID, known_at=known_at).last_date == MONDAY
        assert last_observed_date(session, SITE_ID, known_at=known_at) == MONDAY


def test_missing_value_never_overwrites_a_known_one(sessions: SessionFactory) -> None:
    store(sessions, {MONDAY: {MAX: 20.5}})
    assert store(sessions, {MONDAY: {MAX: None}}) == []
    assert store(sessions, {MONDAY: {RAIN: 1.5}}) == [MONDAY]
    with sessions.begin() as session:
        history = load_history(session, SITE_ID)
    assert (history.values[MAX][0], history.values[RAIN][0]) == (20.5, 1.5)


def test_day_that_becomes_final_is_a_revision_and_stays_final(sessions: SessionFactory) -> None:
    store(sessions, {TUESDAY: {MAX: 20.5}}, final_until=MONDAY)
    assert store(sessions, {TUESDAY: {MAX: 20.5}}, final_until=TUESDAY) == [TUESDAY]
    assert store(sessions, {TUESDAY: {MAX: 20.5}}, final_until=MONDAY) == []


def test_second_provenance_is_refused_and_nothing_is_written(sessions: SessionFactory) -> None:
    store(sessions, {MONDAY: {MAX: 20.5}})
    with pytest.raises(ProvenanceConflict, match="are simulated; open-meteo ones are refused"):
        store(sessions, {TUESDAY: {MAX: 20.5}}, provenance=Provenance.OPEN_METEO)
    assert revisions(sessions) == 1


def test_unknown_site_is_refused(sessions: SessionFactory) -> None:
    with pytest.raises(SiteUnknown, match="no site 'atlantis'"):
        store(sessions, {MONDAY: {MAX: 20.5}}, site_id="atlantis")
