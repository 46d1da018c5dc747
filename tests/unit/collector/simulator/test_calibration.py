"""The simulated Marrakech against the observed one.

Two worlds of 85 years stand for the generator; the observations are six years. Tolerances are
three standard errors, of the simulation where the generator was told the figure (monthly means),
of the six observed years where it has to come out by itself (everything else). An autoregressive
series of correlation r and n days has the mean's standard error sd sqrt((1 + r) / (1 - r) / n) and
the standard deviation's relative one sqrt((1 + r^2) / (1 - r^2) / (2 n)).
"""

import json
from datetime import date

import numpy as np
import pytest

from collector.simulator import climate
from collector.simulator.climate import MARRAKECH, FloatArray, IntArray
from collector.simulator.weather import simulate
from shared.forecasting.variables import WET_DAY_MM, Variable
from tests.support.data import SHARED_DATA

NORMALS = SHARED_DATA / "marrakech" / "normals.json"
FIRST, LAST = date(1941, 1, 1), date(2025, 12, 31)
WORLDS = (MARRAKECH, MARRAKECH._replace(longitude=112.0))  # too far apart to share weather
DAYS = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1)
MONTH = np.tile(DAYS.astype("datetime64[M]").astype(int) % 12, len(WORLDS))
OBSERVED_DAYS = 2191
OBSERVED_DAYS_A_MONTH = 180

# Autocorrelation of the anomalies from three annual harmonics, Marrakech 2018-2023
# (normals.json), and its standard errors by Bartlett's formula for r = 0.81 and 2191 days.
MAX_AUTOCORRELATION = {1: (0.81, 0.013), 2: (0.604, 0.022), 7: (0.238, 0.042)}
MIN_AUTOCORRELATION = {1: (0.702, 0.015), 2: (0.476, 0.024), 7: (0.181, 0.036)}


def series(variable: Variable) -> FloatArray:
    return np.concatenate([simulate(place, FIRST, LAST)[variable] for place in WORLDS])


def by_month(values: FloatArray) -> FloatArray:
    return np.array([values[month == MONTH].mean() for month in range(12)])


def anomaly(variable: Variable) -> FloatArray:
    values = series(variable)
    angle = 2 * np.pi * np.tile(np.arange(len(DAYS)), len(WORLDS)) / 365.2425
    waves = [wave(order * angle) for order in (1, 2, 3) for wave in (np.sin, np.cos)]
    course = np.column_stack([np.ones(len(values)), *waves])
    left: FloatArray = values - course @ np.linalg.lstsq(course, values)[0]
    return left


def autocorrelation(values: FloatArray, lag: int) -> float:
    return float(np.corrcoef(values[lag:], values[:-lag])[0, 1])


@pytest.mark.parametrize(
    ("variable", "figures"),
    [
        (Variable.TEMPERATURE_MAX, climate.MAX_MEAN),
        (Variable.TEMPERATURE_MIN, climate.MIN_MEAN),
        (Variable.TEMPERATURE_MEAN, climate.MEAN_MEAN),
        (Variable.WIND_SPEED_MAX, climate.WIND_MEAN),
    ],
)
def test_monthly_means_are_the_observed_ones(
    variable: Variable, figures: tuple[float, ...]
) -> None:
    simulated_days_a_month = len(DAYS) * len(WORLDS) / 12
    spread, correlation = anomaly(variable).std(), autocorrelation(anomaly(variable), 1)
    error = spread * np.sqrt((1 + correlation) / (1 - correlation) / simulated_days_a_month)
    # The anomalies of spring spread up to 1.3 times the year's.
    np.testing.assert_allclose(by_month(series(variable)), figures, atol=3 * 1.3 * error)


@pytest.mark.parametrize(
    ("variable", "figures", "correlation"),
    [
        (Variable.TEMPERATURE_MAX, climate.MAX_SPREAD, 0.81),
        (Variable.TEMPERATURE_MIN, climate.MIN_SPREAD, 0.70),
    ],
)
def test_spread_of_the_anomalies_is_the_observed_one(
    variable: Variable, figures: tuple[float, ...], correlation: float
) -> None:
    spread = np.sqrt(by_month(anomaly(variable) ** 2))
    independent = (1 - correlation**2) / (1 + correlation**2)
    error = 1 / np.sqrt(2 * OBSERVED_DAYS_A_MONTH * independent)  # 0.11 for the maximum
    np.testing.assert_allclose(spread, figures, rtol=3 * error)
    assert np.mean(spread / figures) == pytest.approx(1, abs=3 * error / np.sqrt(12))


@pytest.mark.parametrize(
    ("variable", "figures"),
    [
        (Variable.TEMPERATURE_MAX, MAX_AUTOCORRELATION),
        (Variable.TEMPERATURE_MIN, MIN_AUTOCORRELATION),
    ],
)
def test_anomalies_remember_as_the_observed_ones_do(
    variable: Variable, figures: dict[int, tuple[float, float]]
) -> None:
    values = anomaly(variable)
    for lag, (observed, error) in figures.items():
        assert autocorrelation(values, lag) == pytest.approx(observed, abs=3 * error), lag


def test_rain_falls_as_often_as_observed() -> None:
    amounts = series(Variable.PRECIPITATION)
    # A chain of correlation 0.45 (observed) makes 180 days worth 68 independent ones.
    fraction = np.array(climate.RAIN_FRACTION)
    error = np.sqrt(fraction * (1 - fraction) / (OBSERVED_DAYS_A_MONTH * (1 - 0.45) / (1 + 0.45)))
    difference = np.abs(by_month((amounts > 0).astype(float)) - fraction)
    assert (difference < 3 * error).all()
    # 11 % of the days have 1 mm or more; correlation 0.39: standard error 1.0 %.
    assert (amounts >= WET_DAY_MM).mean() == pytest.approx(0.11, abs=0.03)


def test_rain_falls_as_much_as_observed() -> None:
    years = series(Variable.PRECIPITATION).sum() / (len(WORLDS) * 85)
    # 291 mm a year; six years from 194 to 540 mm: standard error 50 mm.
    assert years == pytest.approx(291, abs=100)


def test_rainy_days_follow_rainy_days() -> None:
    rainy = (series(Variable.PRECIPITATION) > 0).astype(float)
    # 0.45 observed (daily.csv, seasons included); Bartlett's standard error 0.02.
    assert autocorrelation(rainy, 1) == pytest.approx(0.45, abs=0.06)


def test_rainy_days_are_cool_as_observed() -> None:
    warmth, rainy = anomaly(Variable.TEMPERATURE_MAX), series(Variable.PRECIPITATION) > 0
    # -3.5 degC on rainy days of 2018-2023, 461 days of which about 180 are independent.
    assert warmth[rainy].mean() == pytest.approx(-3.5, abs=3 * 4.3 / np.sqrt(180))


def test_wind_varies_as_observed() -> None:
    # Standard deviation of the logarithm's anomaly 0.2355, correlation 0.31 (daily.csv).
    wind = series(Variable.WIND_SPEED_MAX)
    logarithm = np.log(wind) - np.log(by_month(wind))[MONTH]
    assert logarithm.std() == pytest.approx(0.2355, rel=0.1)
    assert autocorrelation(logarithm, 1) == pytest.approx(0.31, abs=0.09)


def test_gusts_exceed_the_wind_as_observed() -> None:
    # Open-Meteo 2018-2023, 2191 days: ratio 2.33, its logarithm's spread 0.126.
    ratio = series(Variable.WIND_GUSTS_MAX) / series(Variable.WIND_SPEED_MAX)
    assert ratio.mean() == pytest.approx(2.33, abs=3 * 0.3 / np.sqrt(OBSERVED_DAYS))
    assert np.log(ratio).std() == pytest.approx(0.126, rel=0.1)


def test_wind_comes_from_where_it_was_observed() -> None:
    angle = np.radians(series(Variable.WIND_DIRECTION))
    toward_north, toward_east = by_month(np.cos(angle)), by_month(np.sin(angle))
    # Summer, June to August: mean direction 328, resultant 0.78; winter has hardly any of its own.
    summer = np.hypot(toward_north, toward_east)[5:8].mean()
    assert summer == pytest.approx(0.78, abs=0.05)
    mean = np.degrees(np.arctan2(toward_east[5:8].mean(), toward_north[5:8].mean())) % 360
    assert mean == pytest.approx(328, abs=6)
    assert np.hypot(toward_north, toward_east)[[0, 1, 10]].max() < 0.3


def test_radiation_is_the_observed_one() -> None:
    # MJ/m2 by month, Open-Meteo 2018-2023; days differ by 12 to 20 %, the 0.37 between neighbours
    # leave 180 days a month worth 83: standard error 2 %.
    observed = (13.2, 15.7, 18.9, 22.0, 24.8, 26.4, 26.1, 24.2, 20.5, 16.9, 13.4, 12.1)
    radiation, rainy = series(Variable.RADIATION), series(Variable.PRECIPITATION) > 0
    np.testing.assert_allclose(by_month(radiation), observed, rtol=3 * 0.02)
    top = climate.top_radiation(MARRAKECH.latitude)
    share = radiation / top[np.tile(day_of_year(), len(WORLDS)) - 1]
    assert share[rainy].mean() == pytest.approx(0.503, abs=0.03)  # 461 days: error 0.006
    assert share[~rainy].mean() == pytest.approx(0.665, abs=0.03)


def day_of_year() -> IntArray:
    number: IntArray = (DAYS - DAYS.astype("datetime64[Y]")).astype(np.int64) + 1
    return number


def test_figures_carried_over_are_those_of_the_data() -> None:
    if not NORMALS.exists():
        pytest.skip("no ../shared/data/marrakech/normals.json on this machine to compare with")
    months = json.loads(NORMALS.read_text())["open_meteo"]["monthly"].values()
    for name, figures in {
        "tmax_mean": climate.MAX_MEAN,
        "tmin_mean": climate.MIN_MEAN,
        "tmean_mean": climate.MEAN_MEAN,
        "tmax_anomaly_std": climate.MAX_SPREAD,
        "tmin_anomaly_std": climate.MIN_SPREAD,
        "wet_day_fraction_ge_0.1mm": climate.RAIN_FRACTION,
        "precip_mean_mm_per_month": climate.RAIN_MONTH,
        "wind_speed_10m_max_mean": climate.WIND_MEAN,
    }.items():
        assert tuple(month[name] for month in months) == figures, name
