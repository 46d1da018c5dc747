"""Plain made-up weather for tests that need a history, not a climate."""

from datetime import date

import numpy as np

from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

_PERSISTENCE = 0.8  # share of an anomaly left the next day, about that of Marrakech's maxima
_DAYS_A_YEAR = 365.25


def made_up_history(*, last_date: date = date(2026, 11, 22), days: int = 1200) -> DailyHistory:
    """Return a seasonal course with persistent anomalies in every variable; the same each time."""
    rng = np.random.default_rng(20261123)
    first = np.datetime64(last_date) - days + 1
    season = np.sin(2 * np.pi * np.arange(days) / _DAYS_A_YEAR)
    anomalies = _autoregressive(rng.normal(size=days))
    maximum = 25.0 + 9.0 * season + 3.0 * anomalies
    minimum = maximum - 10.0 - np.abs(rng.normal(size=days))
    return DailyHistory(
        first.item(),
        {
            Variable.TEMPERATURE_MAX: maximum,
            Variable.TEMPERATURE_MIN: minimum,
            Variable.TEMPERATURE_MEAN: (maximum + minimum) / 2,
            Variable.PRECIPITATION: np.where(anomalies < -1.0, rng.gamma(0.8, 6.0, days), 0.0),
            Variable.WIND_SPEED_MAX: 15.0 + 4.0 * np.abs(_autoregressive(rng.normal(size=days))),
            Variable.HUMIDITY_MEAN: np.clip(55.0 - 8.0 * anomalies, 5.0, 100.0),
            Variable.SURFACE_PRESSURE_MEAN: 960.0 + 3.0 * _autoregressive(rng.normal(size=days)),
        },
    )


def _autoregressive(
    noise: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    series = np.zeros_like(noise)
    for day in range(1, len(noise)):
        series[day] = _PERSISTENCE * series[day - 1] + 0.6 * noise[day]
    return series
