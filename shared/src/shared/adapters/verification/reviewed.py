"""Reads the daily reviews of champions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.adapters.verification_tables import reviews
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class Review:
    """What was concluded about a champion on a day, and from what.

    Attributes
    ----------
    evidence : mapping
        By comparison and by kind of drift: cases, observed value, threshold, verdict.
    """

    review_id: UUID
    site_id: str
    variable: Variable
    review_date: date
    candidate_id: UUID
    epoch: int
    outcome: Literal["fine", "retrain", "roll_back"]
    reason: str
    evidence: Mapping[str, Any]
    reviewed_at: datetime


def latest_reviews(
    session: Session,
    site_id: str | None = None,
    *,
    variable: Variable | None = None,
    limit: int = 50,
) -> list[Review]:
    """Return the reviews of a site, or of all, the newest first."""
    statement = select(reviews)
    if site_id is not None:
        statement = statement.where(reviews.c.site_id == site_id)
    if variable is not None:
        statement = statement.where(reviews.c.variable == variable)
    newest = statement.order_by(
        reviews.c.review_date.desc(), reviews.c.site_id, reviews.c.variable
    ).limit(limit)
    return [
        Review(**(dict(row._mapping) | {"variable": Variable(row.variable)}))  # noqa: SLF001 - its public name
        for row in session.execute(newest)
    ]
