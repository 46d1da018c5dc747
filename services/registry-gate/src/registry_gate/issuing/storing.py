"""Stores issued forecasts, once each, under a seal that continues the one before."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.orm import Session

from registry_gate.issuing.making import Issued
from shared.adapters.seals import NO_SEAL
from shared.adapters.verification.seal import seal_of
from shared.adapters.verification_tables import forecasts, issuances, verified

_BOUNDS = ("lower_80", "upper_80", "lower_95", "upper_95")


def store_issued(  # noqa: PLR0913 - the columns of a row, all by keyword
    session: Session,
    issued: Sequence[Issued],
    *,
    site_id: str,
    reference_date: date,
    known_at: datetime,
    data_hash: str,
    issued_at: datetime,
    job_id: UUID | None = None,
) -> list[Issued]:
    """Store what has not been issued from this reference date before; return that."""
    _one_at_a_time(session, site_id)
    there = _issued_before(session, site_id, reference_date)
    new = [one for one in issued if _key(one) not in there]
    if not new:
        return []
    number, before = _newest(session, site_id)
    header: dict[str, Any] = {
        "issuance_id": session.execute(select(func.gen_random_uuid())).scalar_one(),
        "site_id": site_id,
        "reference_date": reference_date,
        "number": number + 1,
        "known_at": known_at,
        "data_hash": data_hash,
        "issued_at": issued_at,
        "forecasts": len(new),
    }
    rows = [_row(one, header) for one in new]
    seal = seal_of(before, header, rows)
    session.execute(insert(issuances).values(**header, job_id=job_id, digest=seal))
    session.execute(insert(forecasts), rows)
    _watch(session, site_id, known_at)
    return new


def _one_at_a_time(session: Session, site_id: str) -> None:
    key = func.hashtextextended(f"issuances/{site_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


Key = tuple[str, str, UUID | None]


def _issued_before(session: Session, site_id: str, reference_date: date) -> set[Key]:
    statement = select(forecasts.c.variable, forecasts.c.issuer, forecasts.c.candidate_id).where(
        forecasts.c.site_id == site_id, forecasts.c.reference_date == reference_date
    )
    return {(row.variable, row.issuer, row.candidate_id) for row in session.execute(statement)}


def _key(one: Issued) -> Key:
    candidate_id = None if one.part is None else one.part.candidate_id
    return one.forecast.variable.value, one.issuer.value, candidate_id


def _newest(session: Session, site_id: str) -> tuple[int, str]:
    """Return number and seal of the site's last issuance."""
    statement = (
        select(issuances.c.number, issuances.c.digest)
        .where(issuances.c.site_id == site_id)
        .order_by(issuances.c.number.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return (0, NO_SEAL) if row is None else (row.number, row.digest)


def _row(one: Issued, header: dict[str, Any]) -> dict[str, Any]:
    forecast, part = one.forecast, one.part
    probability = forecast.probability
    return {
        "forecast_id": uuid5(header["issuance_id"], "/".join(map(str, _key(one)))),
        "issuance_id": header["issuance_id"],
        "site_id": header["site_id"],
        "variable": forecast.variable.value,
        "reference_date": forecast.reference_date,
        "issuer": one.issuer.value,
        "candidate_id": None if part is None else part.candidate_id,
        "artifact_sha256": None if part is None else part.artifact_sha256,
        "epoch": None if part is None else part.epoch,
        "feature_fingerprint": forecast.feature_fingerprint,
        "value": forecast.value.tolist(),
        **{name: getattr(forecast, name).tolist() for name in _BOUNDS},
        "probability": None if probability is None else probability.tolist(),
    }


def _watch(session: Session, site_id: str, known_at: datetime) -> None:
    """Have the site verified from now on: what is known already is nothing to wait for."""
    row = {"site_id": site_id, "known_at": known_at}
    session.execute(postgres_insert(verified).values(row).on_conflict_do_nothing())
