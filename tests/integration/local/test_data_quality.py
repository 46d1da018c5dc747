"""What `climate status` says about the data, from a real database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from local.command.data_quality import quality_records
from shared.adapters.sites import add_site
from shared.contracts.sites import DEFAULT_SITE, SiteState
from tests.support.quality import add_ring_point, find_fault, observe_days

SITE = DEFAULT_SITE.site_id
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAST = date(2026, 11, 22)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Return a transaction on a database with the default site and a point of its ring."""
    engine = create_engine(database_url, poolclass=NullPool)
    with Session(engine) as session:
        add_site(session, DEFAULT_SITE)
        add_ring_point(session, SITE, 90.0)
        yield session


def test_new_site_has_nothing_and_its_ring_is_no_site(session: Session) -> None:
    (record,) = quality_records(session, NOW)
    assert (record["site_id"], record["state"]) == (SITE, SiteState.ACTIVE)
    assert (record["last_date"], record["completeness"]) == (None, 0.0)


def test_record_counts_what_is_late_missing_and_held(session: Session) -> None:
    missing = frozenset({LAST - timedelta(days=50), LAST - timedelta(days=400)})
    observe_days(
        session, SITE, LAST - timedelta(days=700), LAST - timedelta(days=2), missing=missing
    )
    find_fault(session, SITE, LAST)
    (record,) = quality_records(session, NOW)
    assert (record["stale_days"], record["missing_days"], record["held"]) == (2, 3, 1)
    assert record["completeness"] == pytest.approx(362 / 365, abs=1e-4)
