"""The reference forecasts, fitted once on the days before the exam; intervals from their errors."""

import numpy as np

from benchmarks.skill.exam import Exam
from benchmarks.skill.forecasts import Forecasts
from shared.forecasting.arrays import FloatArray
from shared.forecasting.climatology import HarmonicClimatology
from shared.forecasting.references import (
    ClimatologyForecaster,
    DampedPersistenceForecaster,
    PersistenceForecaster,
    ReferenceForecaster,
)
from shared.forecasting.variables import HORIZON_DAYS, LEAD_DAYS

CLIMATOLOGY, PERSISTENCE, DAMPED = "climatology", "persistence", "damped persistence"
REFERENCES = (CLIMATOLOGY, PERSISTENCE, DAMPED)


def reference_forecasts(exam: Exam) -> dict[str, Forecasts]:
    """Return the answers of the three references."""
    training = exam.history.until(exam.cutoff)
    dates, series = training.dates, training.column(exam.variable)
    climatology = HarmonicClimatology.fit(dates, series)
    forecasters: dict[str, ReferenceForecaster] = {
        CLIMATOLOGY: ClimatologyForecaster(climatology=climatology),
        PERSISTENCE: PersistenceForecaster(),
        DAMPED: DampedPersistenceForecaster.fit(climatology, dates, series),
    }
    return {name: _answers(exam, forecaster) for name, forecaster in forecasters.items()}


def _answers(exam: Exam, forecaster: ReferenceForecaster) -> Forecasts:
    dates, series = exam.history.dates, exam.series
    value = forecaster.forecast(dates[exam.positions], series[exam.positions])
    learned = np.arange(exam.n_training - HORIZON_DAYS)
    later = series[learned[:, np.newaxis] + np.array(LEAD_DAYS)]
    return Forecasts.around(value, later - forecaster.forecast(dates[learned], series[learned]))


def bridged(exam: Exam) -> FloatArray:
    """Return the series with gaps filled by what damped persistence says one day ahead.

    For forecasters that know no gap. Each day is filled from those before it alone, so nothing
    of the future gets in.
    """
    training = exam.history.until(exam.cutoff)
    climatology = HarmonicClimatology.fit(training.dates, training.column(exam.variable))
    damping = DampedPersistenceForecaster.fit(
        climatology, training.dates, training.column(exam.variable)
    ).damping[0]
    usual = climatology.at(exam.history.dates)
    anomalies = exam.series - usual
    today = 0.0
    for day, anomaly in enumerate(anomalies):
        today = damping * today if np.isnan(anomaly) else float(anomaly)
        anomalies[day] = today
    return usual + anomalies
