"""How far the helpers of the forecasts reach: the points of the ring, and the guidance."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from shared.adapters.data_quality.asked import Expected, asking, places, spans
from shared.adapters.tables import guidance, observations

#: The helpers are counted over so many days up to the newest expected one.
HELPER_DAYS = 365


@dataclass(frozen=True)
class RingCoverage:
    """What is there of the points around a site.

    Attributes
    ----------
    days : int
        How many days of all points together there should be.
    observed_days : int
        How many there are.
    oldest_last_date : date or None
        Where the point farthest behind has got to; None if one has nothing.
    """

    points: int
    days: int
    observed_days: int
    oldest_last_date: date | None

    @property
    def completeness(self) -> float:
        """Share of the days that are there, 0 to 1."""
        return self.observed_days / self.days if self.days else 0.0


@dataclass(frozen=True)
class GuidanceCoverage:
    """What is there of the guidance of a site.

    Attributes
    ----------
    days : int
        How many reference dates there should be, since the first one.
    """

    first_date: date
    last_date: date
    days: int
    known_days: int

    @property
    def completeness(self) -> float:
        """Share of the reference dates that are there, 0 to 1."""
        return self.known_days / self.days if self.days else 0.0


def ring_coverage(session: Session, expected: Expected) -> dict[str, RingCoverage]:
    """Return the coverage of each ring there is, by the id of its centre."""
    found: dict[str, RingCoverage] = {}
    for row in session.execute(_rings(), asking(expected)):
        behind = None if row.points_without else row.oldest_last_date
        found[row.centre_id] = RingCoverage(
            row.points, int(row.days), int(row.observed_days), behind
        )
    return found


def guidance_coverage(session: Session, expected: Expected) -> dict[str, GuidanceCoverage]:
    """Return the coverage of the guidance of each site that has any, by site id."""
    return {
        row.site_id: GuidanceCoverage(row.first_date, row.last_date, row.days, row.known_days)
        for row in session.execute(_guidance(), asking(expected))
    }


def _rings() -> Select[Any]:
    """Count the days of every point over its centre's span; a point may have none."""
    span, place = spans(), places()
    first = func.greatest(span.c.first_date, span.c.until - (HELPER_DAYS - 1))
    counted = (
        select(
            func.count(observations.c.valid_date.distinct()).label("observed_days"),
            func.max(observations.c.valid_date).label("last_date"),
        )
        .where(
            observations.c.site_id == place.c.site_id,
            observations.c.valid_date.between(first, span.c.until),
        )
        .lateral("counted")
    )
    return (
        select(
            place.c.centre_id,
            func.count().label("points"),
            func.sum(span.c.until - first + 1).label("days"),
            func.sum(counted.c.observed_days).label("observed_days"),
            func.count().filter(counted.c.last_date.is_(None)).label("points_without"),
            func.min(counted.c.last_date).label("oldest_last_date"),
        )
        .select_from(place.join(span, span.c.site_id == place.c.centre_id).join(counted, true()))
        .where(place.c.site_id != place.c.centre_id)
        .group_by(place.c.centre_id)
    )


def _guidance() -> Select[Any]:
    span = spans()
    ends = (
        select(
            func.min(guidance.c.reference_date).label("first_date"),
            func.max(guidance.c.reference_date).label("last_date"),
        )
        .where(guidance.c.site_id == span.c.site_id)
        .lateral("ends")
    )
    first = func.greatest(ends.c.first_date, span.c.until - (HELPER_DAYS - 1))
    until = func.greatest(ends.c.last_date, span.c.until)
    known = (
        select(func.count(guidance.c.reference_date.distinct()))
        .where(
            guidance.c.site_id == span.c.site_id, guidance.c.reference_date.between(first, until)
        )
        .scalar_subquery()
    )
    return (
        select(
            span.c.site_id,
            ends.c.first_date,
            ends.c.last_date,
            (until - first + 1).label("days"),
            known.label("known_days"),
        )
        .select_from(span.join(ends, true()))
        .where(ends.c.first_date.is_not(None))
    )
