"""Made-up records for the tests of figures and sentences."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from local.report.record import Decision, Fan, Record, Reign
from shared.contracts.issuers import Issuer
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.arrays import FloatArray
from shared.forecasting.families import Family
from shared.forecasting.variables import LEAD_DAYS, Variable
from shared.forecasting.verification import ScoredForecasts, Verified

FIRST = date(2022, 1, 1)
VARIABLE = Variable.TEMPERATURE_MAX


def scored(
    observed: FloatArray, error: FloatArray | float, *, inside: float = 1.0
) -> ScoredForecasts:
    """Return forecasts that are off by so much at every lead."""
    shape = (len(observed), len(LEAD_DAYS))
    value = observed[:, np.newaxis] + np.broadcast_to(error, shape)
    return ScoredForecasts(
        value=value,
        crps=np.abs(value - observed[:, np.newaxis]),
        inside_80=np.full(shape, inside),
        inside_95=np.ones(shape),
        probability=np.full(shape, np.nan),
    )


def verified(
    *, days: int = 364, champion: FloatArray | float = 1.0, damped: float = 2.0
) -> Verified:
    """Return days on which everybody was always off by the same."""
    dates = np.datetime64(FIRST) + np.arange(days)
    observed = 20.0 + np.sin(np.arange(days))
    errors = {
        Issuer.CHAMPION: champion,
        Issuer.DAMPED_PERSISTENCE: damped,
        Issuer.PERSISTENCE: 4.0,
        Issuer.CLIMATOLOGY: -4.0,
    }
    by_issuer = {issuer.value: scored(observed, error) for issuer, error in errors.items()}
    return Verified(VARIABLE, dates, observed, np.ones(days, dtype=bool), by_issuer)


def record(found: Verified | None = None, *, policy: str = "gate", promotions: int = 2) -> Record:
    """Return the record of a year with some promotions, four weeks apart."""
    found = found or verified()
    starts = [
        datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(weeks=4 * n)
        for n in range(promotions)
    ]
    fans = [
        Fan(FIRST + timedelta(days=7 * week - 1), *([20.0 + week] * 7 for _ in range(5)))
        for week in range(4)
    ]
    return Record(
        policy=policy,
        site=DEFAULT_SITE,
        provenance=Provenance.OPEN_METEO,
        headline=VARIABLE,
        verified={VARIABLE: found},
        decisions=[
            Decision(VARIABLE, "judgement", "promote", "Better.", "registry-gate", start)
            for start in starts
        ],
        reigns=[
            Reign(VARIABLE, n, "promote", UUID(int=n), Family.RANDOM_FOREST, start)
            for n, start in enumerate(starts, start=1)
        ],
        fans=fans,
        trainings=52,
        contenders=156,
    )
