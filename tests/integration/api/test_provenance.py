"""An issued forecast is followed down to data, code, model and decision."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from api.answers.problems import ForecastNotFound, RecordUnavailable
from api.answers.provenance import TrainingQuery
from api.record.provenance import PostgresOrigins
from api.serving.state import Link
from shared.adapters.tables import contenders
from shared.adapters.verification_tables import forecasts, issuances
from tests.integration.api.house import VARIABLE, House
from tests.support.database import SITE_ID

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEK = [float(lead) for lead in range(1, 8)]


def clock() -> datetime:
    return NOW


@pytest.fixture
def origins(house: House) -> PostgresOrigins:
    return PostgresOrigins(house.sessions, Link(clock))


def issue(house: House, *, issuer: str, **of_model: object) -> UUID:
    """Write down a forecast as the gate does."""
    day = house.history.last_date
    with house.sessions.begin() as session:
        issuance_id = session.execute(
            insert(issuances)
            .values(
                site_id=SITE_ID,
                reference_date=day,
                number=uuid4().int % 10**9,
                known_at=NOW,
                data_hash="d" * 64,
                forecasts=1,
                digest="e" * 64,
            )
            .returning(issuances.c.issuance_id)
        ).scalar_one()
        bounds = dict.fromkeys(("value", "lower_80", "upper_80", "lower_95", "upper_95"), WEEK)
        forecast_id: UUID = session.execute(
            insert(forecasts)
            .values(
                issuance_id=issuance_id,
                site_id=SITE_ID,
                variable=VARIABLE,
                reference_date=day,
                issuer=issuer,
                **of_model,
                **bounds,
            )
            .returning(forecasts.c.forecast_id)
        ).scalar_one()
    return forecast_id


def test_forecast_of_a_champion_tells_of_model_data_code_and_decision(
    house: House, origins: PostgresOrigins
) -> None:
    event = house.promote()
    forecast_id = issue(
        house,
        issuer="champion",
        candidate_id=event.data["candidate_id"],
        epoch=event.data["epoch"],
        artifact_sha256="a" * 64,
    )
    found = origins.issued_forecast(forecast_id)
    with house.sessions() as session:
        contender = session.execute(contenders.select()).mappings().one()
    assert found.model is not None
    assert found.model.git_commit == contender["git_commit"]
    assert found.model.training_data_hash == contender["data_hash"]
    assert found.data_hash == "d" * 64
    assert found.decision is not None
    assert found.decision.reason == "Promotion 1 of a test."
    assert (found.time[0] - found.reference_time).days == 1
    assert [one.forecast_id for one in origins.newest_forecasts(SITE_ID)] == [forecast_id]


def test_forecast_of_a_reference_has_no_model(house: House, origins: PostgresOrigins) -> None:
    found = origins.issued_forecast(issue(house, issuer="climatology"))
    assert (found.model, found.decision) == (None, None)


def test_training_shows_its_contenders_and_the_winner(
    house: House, origins: PostgresOrigins
) -> None:
    event = house.promote()
    house.promote()
    newest, older = origins.training_runs(TrainingQuery())
    assert newest.created_at > older.created_at
    assert str(older.contenders[0].candidate_id) == event.data["candidate_id"]
    assert origins.training_runs(TrainingQuery(before=older.created_at)) == []


def test_what_was_never_issued_is_not_found(origins: PostgresOrigins, house: House) -> None:
    with pytest.raises(ForecastNotFound):
        origins.issued_forecast(uuid4())
    assert origins.newest_forecasts(SITE_ID) == []
    link = Link(clock)
    link.failed(ConnectionError("gone"))
    with pytest.raises(RecordUnavailable):
        PostgresOrigins(house.sessions, link).newest_forecasts(SITE_ID)
