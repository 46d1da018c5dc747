"""A site whose data is not what it should be: gaps, missing values, faults, a ring that lags."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.adapters.tables import (
    empty_days,
    guidance,
    jobs,
    observations,
    payloads,
    quality_findings,
    sites,
)
from shared.contracts.jobs import JobKind
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, Variable

#: How many of the newest days of `observe_days` may still be revised.
PROVISIONAL_DAYS = 10


def observe_days(
    session: Session,
    site_id: str,
    first: date,
    last: date,
    *,
    missing: frozenset[date] = frozenset(),
    without: tuple[Variable, ...] = (),
) -> None:
    """Store a row for each day from one to another but the missing ones; the newest provisional.

    Parameters
    ----------
    without : tuple of Variable
        Those this place does not measure.
    """
    known = {variable.value: 10.0 for variable in Variable if variable not in without}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = [
        {
            "site_id": site_id,
            "valid_date": day,
            "known_at": midnight_after(day),
            "is_final": (last - day).days >= PROVISIONAL_DAYS,
            **known,
        }
        for day in days
        if day not in missing
    ]
    session.execute(insert(observations), rows)


def revise_day(session: Session, site_id: str, day: date, **values: float | None) -> None:
    """Store a later revision of a day that holds these values alone, as final."""
    row = {"site_id": site_id, "valid_date": day, "is_final": True, **values}
    session.execute(insert(observations).values(row))


def add_ring_point(session: Session, centre_id: str, bearing: float) -> str:
    """Add a point to the ring of a site; return its id."""
    site_id = f"{centre_id}-{bearing:.0f}"
    place = {"name": site_id, "latitude": 32.0, "longitude": -8.0, "timezone": "UTC"}
    ring = {"centre_id": centre_id, "bearing_degrees": bearing, "distance_km": 50.0}
    session.execute(insert(sites).values({"site_id": site_id, **place, **ring}))
    return site_id


def find_fault(
    session: Session,
    site_id: str,
    day: date,
    *,
    value: float = 71.4,
    check: str = "bounds",
    state: str = "held",
) -> int:
    """Store a finding about the maximum temperature of a day; return its id."""
    row = {
        "site_id": site_id,
        "valid_date": day,
        "variable": Variable.TEMPERATURE_MAX,
        "value": value,
        "check_name": check,
        "reason": f"{value} °C is outside what any place on earth has seen.",
        "state": state,
    }
    statement = insert(quality_findings).values(row).returning(quality_findings.c.finding_id)
    finding_id: int = session.execute(statement).scalar_one()
    return finding_id


def had_nothing(session: Session, site_id: str, day: date) -> None:
    """Note that the source was asked for a day and had nothing."""
    row = {"site_id": site_id, "valid_date": day, "ask_again_at": midnight_after(day)}
    session.execute(insert(empty_days).values(row))


def collected_job(
    session: Session, site_id: str, day: date, state: str = "done", **values: object
) -> None:
    """Write a collection into the ledger as it ended."""
    row = {"kind": JobKind.COLLECT, "site_id": site_id, "logical_date": day, "state": state}
    session.execute(insert(jobs).values(row | values))


def answered(
    session: Session, at: datetime, *, outcome: str = "answered", problem: str | None = None
) -> None:
    """Keep an answer of a source."""
    row = {
        "source": "open-meteo-archive",
        "url": "https://archive.test/v1/archive",
        "fetched_at": at,
        "status": 200 if problem is None else 502,
        "outcome": outcome,
        "problem": problem,
        "weight": 2.5,
        "site_ids": ["marrakech"],
        "first_date": at.date(),
        "last_date": at.date(),
    }
    session.execute(insert(payloads).values(row))


def guide(session: Session, site_id: str, first: date, last: date) -> None:
    """Store guidance for every reference date from one to another."""
    values = {variable.value: 10.0 for variable in FORECAST_VARIABLES}
    rows = [
        {"site_id": site_id, "reference_date": first + timedelta(days=n), "lead": lead, **values}
        for n in range((last - first).days + 1)
        for lead in LEAD_DAYS
    ]
    session.execute(insert(guidance), rows)


def midnight_after(day: date) -> datetime:
    """Return the end of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
