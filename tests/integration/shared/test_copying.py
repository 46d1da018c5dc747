"""Days written in the binary format of COPY are read back as they were, missing values and all."""

from datetime import date

import numpy as np
import pytest

from shared.adapters.database import SessionFactory
from shared.adapters.observations import load_history, store_histories
from shared.adapters.observations.copying import copy_rows
from shared.adapters.sites import add_site
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable


@pytest.mark.parametrize("site_id", ["a", "marrakech.wsw300", "s" * 60])
def test_days_come_back_as_they_were_written(sessions: SessionFactory, site_id: str) -> None:
    rng = np.random.default_rng(7)
    values = {variable: rng.normal(50.0, 30.0, 400) for variable in Variable}
    for column in values.values():
        column[rng.random(400) < 0.2] = np.nan
    for column in values.values():
        column[100] = np.nan  # of this day nothing is known
    values[Variable.PRECIPITATION][:3] = [0.0, -0.0, 1e-300]
    history = DailyHistory(date(1999, 6, 1), values)  # days before PostgreSQL's epoch, and after
    with sessions.begin() as session:
        add_site(session, Site(site_id, site_id, 31.6, -8.0, 466.0, "Etc/UTC"))
        changed = store_histories(
            session,
            {site_id: history},
            provenance=Provenance.SIMULATED,
            final_until=date(2000, 1, 31),
        )
        stored = load_history(session, site_id)
    assert len(changed[site_id]) == 399
    assert stored.first_date == history.first_date
    for variable in Variable:
        np.testing.assert_array_equal(stored.column(variable), history.column(variable))


def test_no_days_are_no_bytes() -> None:
    none = np.array([], dtype="datetime64[D]")
    assert copy_rows("a", none, np.array([], dtype=bool), np.empty((10, 0))) == b""
