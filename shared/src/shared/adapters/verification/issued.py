"""Reads issued forecasts with all their provenance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from shared.adapters.verification_tables import forecasts, issuances
from shared.contracts.issuers import Issuer
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class IssuedForecast:
    """A forecast as it was issued; its sequences are of the leads 1 to 7.

    Attributes
    ----------
    candidate_id, artifact_sha256 : optional
        Of a model; None for a reference.
    epoch : int or None
        Of the promotion by which the model was the champion.
    data_hash : str
        `ForecastInputs.content_hash` of all that was known for it, at `known_at`.
    probability : sequence of float or None
        Of a wet day; for precipitation.
    """

    forecast_id: UUID
    site_id: str
    variable: Variable
    reference_date: date
    issuer: Issuer
    candidate_id: UUID | None
    artifact_sha256: str | None
    epoch: int | None
    feature_fingerprint: str | None
    data_hash: str
    known_at: datetime
    issued_at: datetime
    value: Sequence[float]
    lower_80: Sequence[float]
    upper_80: Sequence[float]
    lower_95: Sequence[float]
    upper_95: Sequence[float]
    probability: Sequence[float] | None


def issued_forecast(session: Session, forecast_id: UUID) -> IssuedForecast | None:
    """Return a forecast by its id."""
    row = session.execute(_issued().where(forecasts.c.forecast_id == forecast_id)).one_or_none()
    return None if row is None else _to_forecast(row)


def forecasts_from(
    session: Session, site_id: str, reference_date: date, *, issuer: Issuer | None = None
) -> list[IssuedForecast]:
    """Return what was issued from a reference date, by variable; of champions the newest last."""
    statement = _issued().where(
        forecasts.c.site_id == site_id, forecasts.c.reference_date == reference_date
    )
    if issuer is not None:
        statement = statement.where(forecasts.c.issuer == issuer)
    ordered = statement.order_by(
        forecasts.c.variable, forecasts.c.issuer, issuances.c.number, forecasts.c.forecast_id
    )
    return [_to_forecast(row) for row in session.execute(ordered)]


def forecast_before(
    session: Session,
    site_id: str,
    variable: Variable,
    reference_date: date,
    *,
    issuer: Issuer = Issuer.CHAMPION,
) -> IssuedForecast | None:
    """Return the newest forecast from an earlier reference date: for the same days, yesterday."""
    statement = (
        _issued()
        .where(
            forecasts.c.site_id == site_id,
            forecasts.c.variable == variable,
            forecasts.c.issuer == issuer,
            forecasts.c.reference_date < reference_date,
        )
        .order_by(forecasts.c.reference_date.desc(), issuances.c.number.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else _to_forecast(row)


def _issued() -> Select[Any]:
    made_of = (issuances.c.data_hash, issuances.c.known_at, issuances.c.issued_at)
    return select(forecasts, *made_of).join(
        issuances, issuances.c.issuance_id == forecasts.c.issuance_id
    )


def _to_forecast(row: Row[Any]) -> IssuedForecast:
    columns = dict(row._mapping)  # noqa: SLF001 - its public name
    del columns["issuance_id"]
    known = {"variable": Variable(row.variable), "issuer": Issuer(row.issuer)}
    return IssuedForecast(**(columns | known))
