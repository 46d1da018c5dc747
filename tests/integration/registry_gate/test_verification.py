"""Forecasts on a real database: issued once, kept for good, scored when their day is observed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.exc import DBAPIError

from shared.adapters.database import SessionFactory
from shared.adapters.tables import events
from shared.adapters.verification import (
    forecast_before,
    forecasts_from,
    issued_forecast,
    load_compared,
    load_verified,
)
from shared.adapters.verification.seal import broken_seals
from shared.adapters.verification_tables import forecasts, issuances, scores
from shared.contracts.events import EventType
from shared.contracts.issuers import REFERENCES, Issuer
from shared.forecasting.scores import crps
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, Variable
from shared.forecasting.verification import summarise
from tests.support.database import SITE_ID, sessions_on
from tests.support.models import make_artifact, make_cases
from tests.support.trainings import add_candidate, add_training
from tests.support.verifying import DailyRound
from tests.support.weather import made_up_history

WEATHER = made_up_history()
START = WEATHER.last_date - timedelta(days=20)
VARIABLE = Variable.TEMPERATURE_MAX


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    with sessions_on(database_url) as factory:
        yield factory


@pytest.fixture
def daily(sessions: SessionFactory) -> DailyRound:
    found = DailyRound(sessions, WEATHER)
    found.observe(WEATHER.first_date, START - timedelta(days=1))
    return found


def rows(sessions: SessionFactory, statement: Any) -> list[Row[Any]]:  # noqa: ANN401 - any query
    with sessions.begin() as session:
        return list(session.execute(statement).all())


def register(daily: DailyRound, *, constant: float = 0.0, run: int = 0) -> Any:  # noqa: ANN401 - an id
    """Register a candidate that adds a constant to damped persistence."""
    history = WEATHER.until(START - timedelta(days=1))
    digest = daily.artifacts.add(make_artifact(history, VARIABLE, constant=constant))
    with daily.sessions.begin() as session:
        training = add_training(session, logical_date=START, run=run)
        return add_candidate(
            session,
            training_id=training,
            variable=VARIABLE,
            artifact_sha256=digest,
            cases=make_cases(history, VARIABLE),
            train_cutoff=START,
        )


def test_every_reference_forecasts_every_variable_once_a_day(daily: DailyRound) -> None:
    daily.issue(START)
    daily.issue(START)
    found = rows(daily.sessions, select(forecasts))
    # There is no guidance here, so the two references made of it are missing.
    assert {(row.variable, row.issuer) for row in found} == {
        (variable, issuer) for variable in FORECAST_VARIABLES for issuer in REFERENCES[:3]
    }
    assert len(found) == 3 * len(FORECAST_VARIABLES)
    assert {row.reference_date for row in found} == {START - timedelta(days=1)}


def test_a_new_challenger_forecasts_beside_what_was_issued(daily: DailyRound) -> None:
    candidate_id = register(daily)
    daily.issue(START)
    (found,) = rows(daily.sessions, select(forecasts).where(forecasts.c.candidate_id.is_not(None)))
    assert (found.candidate_id, found.issuer) == (candidate_id, Issuer.CHALLENGER)
    with daily.sessions.begin() as session:
        issued = issued_forecast(session, found.forecast_id)
    assert issued is not None
    assert issued.issued_at == datetime.combine(START, time(12), UTC)
    assert issued.data_hash == WEATHER.until(START - timedelta(days=1)).content_hash()


def test_issuing_is_told(daily: DailyRound) -> None:
    daily.issue(START)
    issued = rows(daily.sessions, select(events).where(events.c.type == EventType.FORECAST_ISSUED))
    assert [row.data["forecasts"] for row in issued] == [3 * len(FORECAST_VARIABLES)]


@pytest.mark.parametrize("statement", [
    update(forecasts).values(epoch=1), forecasts.delete(), issuances.delete(),
    text("truncate forecasts cascade"),
])  # fmt: skip
def test_the_database_refuses_to_change_a_forecast(daily: DailyRound, statement: Any) -> None:  # noqa: ANN401 - SQL
    daily.issue(START)
    with pytest.raises(DBAPIError, match="never changed"), daily.sessions.begin() as session:
        session.execute(statement)


def test_a_forecast_changed_behind_the_databases_back_is_found(daily: DailyRound) -> None:
    daily.days(START, 2)
    with daily.sessions.begin() as session:
        assert list(broken_seals(session)) == []
        session.execute(text("alter table forecasts disable trigger forecasts_append_only"))
        session.execute(
            text(
                "update forecasts set value[3] = value[3] + 1e-9 where forecast_id = "
                "(select forecast_id from forecasts order by forecast_id limit 1)"
            )
        )
        (sentence,) = broken_seals(session)
    assert "not what was issued" in sentence


def test_a_forecast_that_was_taken_away_is_found(daily: DailyRound) -> None:
    daily.days(START, 2)
    with daily.sessions.begin() as session:
        session.execute(text("alter table forecasts disable trigger forecasts_append_only"))
        session.execute(
            text("delete from forecasts where issuer = 'persistence' and variable like 'wind%'")
        )
        assert len(list(broken_seals(session))) == 2


def test_a_day_is_scored_when_it_is_observed(daily: DailyRound) -> None:
    daily.days(START, 10)
    with daily.sessions.begin() as session:
        verified = load_verified(session, SITE_ID, VARIABLE)
    # The first day's forecasts are from the day it was observed on: nothing was forecast for it.
    assert verified.dates.tolist() == [START + timedelta(days=k) for k in range(1, 10)]
    assert verified.observed.tolist() == WEATHER.on(VARIABLE, verified.dates).tolist()
    made = np.isfinite(verified.by_issuer[Issuer.PERSISTENCE].value)
    for day in range(9):
        assert made[day].sum() == min(day + 1, len(LEAD_DAYS))
    persistence = verified.by_issuer[Issuer.PERSISTENCE].value
    assert persistence[8, 2] == WEATHER.on(VARIABLE, verified.dates[5:6])[0]


def test_scores_of_the_statement_are_those_of_the_core(daily: DailyRound) -> None:
    daily.days(START, 5)
    with daily.sessions.begin() as session:
        verified = load_verified(session, SITE_ID, VARIABLE)
        issued = forecasts_from(session, SITE_ID, START, issuer=Issuer.DAMPED_PERSISTENCE)
    (forecast,) = [one for one in issued if one.variable is VARIABLE]
    names = ("lower_80", "upper_80", "lower_95", "upper_95")
    bounds = {name: np.array(getattr(forecast, name)[:4]) for name in names}
    observed = verified.observed
    expected = crps(np.array(forecast.value[:4]), bounds, observed)
    scored = verified.by_issuer[Issuer.DAMPED_PERSISTENCE]
    assert np.diagonal(scored.crps) == pytest.approx(expected)
    inside = (bounds["lower_80"] <= observed) & (observed <= bounds["upper_80"])
    assert np.diagonal(scored.inside_80).tolist() == inside.astype(float).tolist()


def test_a_revised_observation_is_scored_again_and_no_forecast_rewritten(
    daily: DailyRound,
) -> None:
    daily.days(START, 5)
    before = rows(daily.sessions, select(forecasts).order_by(forecasts.c.forecast_id))
    day = START + timedelta(days=3)
    daily.observe(day, day, warmer_by=1.5)
    daily.verify()
    with daily.sessions.begin() as session:
        verified = load_verified(session, SITE_ID, VARIABLE)
    observed = WEATHER.on(VARIABLE, verified.dates) + np.array([0.0, 0.0, 1.5, 0.0])
    assert verified.observed == pytest.approx(observed)
    assert rows(daily.sessions, select(forecasts).order_by(forecasts.c.forecast_id)) == before
    per_day = (
        select(func.count())
        .select_from(scores)
        .group_by(scores.c.valid_date, scores.c.variable, scores.c.issuer, scores.c.candidate_id)
    )
    assert {row[0] for row in rows(daily.sessions, per_day)} == {1}


def test_what_is_provisional_says_so_until_it_is_final(daily: DailyRound) -> None:
    daily.issue(START)
    daily.observe(START, START, final_until=START - timedelta(days=5))
    daily.verify()
    with daily.sessions.begin() as session:
        assert not load_verified(session, SITE_ID, VARIABLE).is_final.any()
    daily.observe(START, START)
    daily.verify()
    with daily.sessions.begin() as session:
        assert load_verified(session, SITE_ID, VARIABLE).is_final.all()


def test_verifying_twice_changes_nothing(daily: DailyRound) -> None:
    daily.days(START, 4)
    before = rows(daily.sessions, select(scores))
    daily.verify()
    assert rows(daily.sessions, select(scores)) == before


def test_comparing_reads_all_of_the_newest_days_and_of_the_rest_what_is_named(
    daily: DailyRound,
) -> None:
    daily.days(START, 12)
    window = {"since": START, "until": START + timedelta(days=10)}
    wanted = {"issuers": [Issuer.CLIMATOLOGY], "candidates": [], "newest_days": 4}
    with daily.sessions.begin() as session:
        everything = load_verified(session, SITE_ID, VARIABLE, **window)
        compared = load_compared(session, SITE_ID, VARIABLE, **window, **wanted)  # type: ignore[arg-type]
    assert compared.dates.tolist() == everything.dates.tolist()
    assert compared.observed.tolist() == everything.observed.tolist()
    assert compared.by_issuer.keys() == everything.by_issuer.keys()
    is_new = np.arange(len(everything.dates)) >= len(everything.dates) - 4
    for issuer, scored in everything.by_issuer.items():
        wanted_days = is_new | (issuer == Issuer.CLIMATOLOGY)
        said = np.where(wanted_days[:, np.newaxis], scored.value, np.nan)
        np.testing.assert_array_equal(compared.by_issuer[issuer].value, said)
        assert np.isfinite(said).any()
        assert np.isnan(compared.by_issuer[issuer].crps).all()


def test_yesterdays_forecast_for_the_same_days_is_there(daily: DailyRound) -> None:
    daily.days(START, 3)
    with daily.sessions.begin() as session:
        found = forecast_before(
            session, SITE_ID, VARIABLE, START + timedelta(days=2), issuer=Issuer.CLIMATOLOGY
        )
    assert found is not None
    assert found.reference_date == START + timedelta(days=1)


def test_the_leaderboard_compares_identical_cases(daily: DailyRound) -> None:
    daily.days(START, 12)
    with daily.sessions.begin() as session:
        verified = load_verified(session, SITE_ID, Variable.PRECIPITATION)
    board = summarise(verified, [issuer.value for issuer in REFERENCES])
    assert {summary.issuer for summary in board} == set(REFERENCES[:3])
    for summary in board:
        assert summary.pooled.skill[summary.issuer] == pytest.approx(0.0)
        assert summary.pooled.brier is not None
        assert sum(part.cases for part in summary.reliability) == summary.pooled.cases


def test_an_old_reference_date_issues_nothing(daily: DailyRound) -> None:
    daily.issue(date(2027, 6, 1))
    assert rows(daily.sessions, select(forecasts)) == []
