"""Fixtures of the trainer's tests on a real database."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.observations import store_observations
from shared.contracts.provenance import Provenance
from shared.forecasting.history import DailyHistory
from tests.support.database import SITE_ID, sessions_on
from tests.support.servers import new_database


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    """Transactions on a database of this test's own."""
    with sessions_on(database_url) as factory:
        yield factory


@pytest.fixture
def optuna_url(postgres_url: str) -> Iterator[str]:
    """Address of an empty database for studies."""
    with new_database(postgres_url) as url:
        yield url


def store_history(session: Session, history: DailyHistory) -> None:
    """Store a history as observations of the default site."""
    days = {
        day: {variable: float(column[n]) for variable, column in history.values.items()}
        for n, day in enumerate(history.dates.tolist())
    }
    store_observations(
        session, SITE_ID, days, provenance=Provenance.IMPORTED, final_until=history.last_date
    )
