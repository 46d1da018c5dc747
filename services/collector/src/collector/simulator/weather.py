"""Draws simulated days: a stochastic weather generator after Richardson (1981) and WGEN.

Richardson, C. W. (1981), Water Resources Research 17, https://doi.org/10.1029/WR017i001p00182;
Richardson & Wright (1984), WGEN, USDA ARS-8. As there: a first-order Markov chain of rainy days
by season, gamma-distributed amounts, and autoregressive, cross-correlated anomalies of the
temperatures that depend on whether it rains. Added are a pressure wave that runs a day ahead of
the rest and a slow, hidden regime, so that there is something to learn: a low or falling pressure
brings rain, wind and cooler days tomorrow, and dry weeks are warm weeks.

    pressure ─┐                ┌──> wind
    regime ───┴─> outlook ─────┼──> rain ──> maximum ──> minimum ──> mean, humidity
                               └──────────────^

Every day has its own random numbers and the recursions always begin on the same days, so the
weather of a date never depends on when, or in which range, it is asked for. What is new on a day
drifts over the earth (`systems`), so upstream places know something of tomorrow.
"""

from collections.abc import Sequence
from datetime import date
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np

from collector.simulator.climate import Climate, FloatArray, IntArray
from collector.simulator.shocks import N_PROCESSES, Shocks, shocks_of
from collector.stand_in.query import Place
from shared.forecasting.variables import VARIABLES, Variable

#: First day of the simulated world, that of Open-Meteo's archive.
EPOCH = date(1940, 1, 1)

#: Values by variable; the last axis is of days.
Days = dict[Variable, FloatArray]

_YEAR, _RUN_UP = 365, 200  # days
_SERIES_AT_A_TIME = 512  # years of places; bounds the memory, to about 100 MB

# Lags are those of `autoregress`; a shock is the standard deviation of what is new each day, and
# leaves its process with a standard deviation of about 1. The values were fitted together (Powell's
# method on 120 simulated years) to Marrakech 2018-2023: spread and autocorrelation of temperatures,
# wind and rain, their correlations, the yearly rain; then rain and wind were made to hang a little
# more on the outlook. The tests hold what came out against the observations.
#
# Pressure: autocorrelations 0.80 and 0.50, spread 2.5 hPa (five Moroccan places, Open-Meteo
# archive, autumn 2025: 0.78 to 0.81, 0.44 to 0.52, 2.4 to 3.1 hPa).
_PRESSURE_LAGS, _PRESSURE_SHOCK, _PRESSURE_SPREAD = (1.111, -0.389), 0.553, 2.5
# The regime lasts a fortnight; it gives the correlations beyond five days.
_REGIME_LAGS, _REGIME_SHOCK = (0.94,), 0.341
_OUTLOOK_TENDENCY, _HEADING_SPREAD, _OUTLOOK_REGIME = 2.0, 1.844, 0.45
_RAIN_MEMORY, _RAIN_OUTLOOK = 0.29, 0.65
_AMOUNT_OUTLOOK, _AMOUNT_OFFSET = 0.41, 0.41
_MAX_LAGS, _MAX_SHOCK = (0.69,), 0.555
_MAX_REGIME, _MAX_RAIN, _MAX_OUTLOOK = 0.18, -0.5, -0.15
_MIN_LAGS, _MIN_SHOCK = (0.41,), 0.56
_MIN_YESTERDAY, _MIN_RAIN = 0.545, 0.40  # the night follows the day; cloud keeps it warm
_WIND_LAGS, _WIND_SHOCK, _WIND_SPREAD = (0.19,), 0.81, 0.2355  # of the logarithm
_WIND_OUTLOOK, _WIND_RAIN = 0.45, 0.3
# Gusts: 2.31 times the wind (median), less when it blows hard; logarithm's spread and slope.
_GUST_FACTOR, _GUST_SPREAD, _GUST_SLOPE = 2.31, 0.108, -0.27
_TURN_OUTLOOK = 0.5  # bad weather comes with the wind veered
# Clouds: a day with rain has about four times those of a day without; spreads of the logarithm.
_RAIN_CLOUD, _CLOUD_SPREAD, _RAIN_CLOUD_SPREAD, _MOST_CLOUD = 0.3, 0.85, 0.52, 0.85
_MEAN_POSITION_SPREAD = 0.037
_HUMIDITY_MAX, _HUMIDITY_RAIN, _HUMIDITY_SHOCK = -8.0, 12.0, 5.0  # %
_LEAST_DAILY_RANGE = 1.0  # degC
_LEAST_RAIN = 0.1  # mm
_DECIMALS = {Variable.HUMIDITY_MEAN: 0, Variable.WIND_DIRECTION: 0, Variable.RADIATION: 2}


def simulate(place: Place, first: date, last: date) -> Days:
    """Return the weather of a place from the first to the last day, both included."""
    return {name: values[0] for name, values in simulate_places([place], first, last).items()}


def simulate_places(places: Sequence[Place], first: date, last: date) -> Days:
    """Return the weather of places from the first to the last day, both included.

    Returns
    -------
    dict of Variable to ndarray of shape (n_places, n_days)

    Raises
    ------
    ValueError
        The simulated world begins at `EPOCH`, and the first day may not be after the last.
    """
    if not EPOCH <= first <= last:
        message = f"The simulator needs {EPOCH} <= first day <= last day, not {first} to {last}."
        raise ValueError(message)
    days = _Days((first - EPOCH).days, (last - EPOCH).days)
    a_time = max(1, _SERIES_AT_A_TIME // days.n_years)
    parts = [_simulate(places[n : n + a_time], days) for n in range(0, len(places), a_time)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


class _Days(NamedTuple):
    """The days asked for, counted from `EPOCH`, and the years of 365 days they are part of.

    Every such year is drawn on its own, after a run-up that lets the recursions forget that they
    began at rest (the slowest keeps 0.94^200 = 4e-6): so a date's weather does not depend on the
    range it is asked for in, and all years of all places are drawn at once.
    """

    first: int
    last: int

    @property
    def first_year(self) -> int:
        return self.first // _YEAR

    @property
    def n_years(self) -> int:
        return self.last // _YEAR - self.first_year + 1

    def table(self) -> IntArray:
        """Return the days of the years' run-ups and years, of shape (_RUN_UP + _YEAR, n_years)."""
        years = self.first_year + np.arange(self.n_years)
        return np.arange(-_RUN_UP, _YEAR)[:, None] + _YEAR * years

    def cut(self, values: FloatArray) -> FloatArray:
        """Return the days asked for of values of shape (_RUN_UP + _YEAR, n_places, n_years)."""
        years = values[_RUN_UP:].transpose(1, 2, 0).reshape(values.shape[1], -1)
        start = self.first - self.first_year * _YEAR
        return years[:, start : start + self.last - self.first + 1]


def _simulate(places: Sequence[Place], days: _Days) -> Days:
    """Return the weather of places, all of them at once."""
    table = days.table()
    dates = np.datetime64(EPOCH, "D") + table
    day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1
    usual = Climate.of_places(places, day_of_year)
    weather = _weather(usual, _shocks(places, table))
    return {variable: _published(variable, days.cut(v)) for variable, v in weather.items()}


def _shocks(places: Sequence[Place], table: IntArray) -> Shocks:
    """Return the shocks of places on a table of days, each of shape (*table.shape, n_places)."""
    shocks = np.empty((N_PROCESSES, table.shape[0], len(places), table.shape[1]))
    since = table - table[0, 0]
    for number, place in enumerate(places):
        series = shocks_of(place, int(table[0, 0]) + _RUN_UP, int(table[-1, -1]) + _RUN_UP)
        shocks[:, :, number, :] = series[since].transpose(2, 0, 1)
    return Shocks(*shocks)


def _weather(usual: Climate, shock: Shocks) -> Days:
    """Return the weather that the shocks make of what is usual on the same days."""
    pressure = autoregress(_PRESSURE_LAGS, _PRESSURE_SHOCK * shock.pressure)
    regime = autoregress(_REGIME_LAGS, _REGIME_SHOCK * shock.regime)
    outlook = _outlook(pressure, regime)
    rainy = _rainy_days(usual.rain_fraction, outlook, shock.rain)
    surprise = rainy - usual.rain_fraction
    warmth = _MAX_REGIME * regime + _maximum(usual.rain_fraction, outlook, surprise, shock.maximum)
    high = usual.max_mean + usual.max_spread * warmth
    low = usual.min_mean + usual.min_spread * _minimum(warmth, surprise, shock.minimum)
    low = np.minimum(low, high - _LEAST_DAILY_RANGE)
    position = (usual.mean_position + _MEAN_POSITION_SPREAD * shock.mean_position).clip(0, 1)
    humidity = _HUMIDITY_MAX * warmth + _HUMIDITY_RAIN * surprise + _HUMIDITY_SHOCK * shock.humidity
    wind = usual.wind_mean * _strength(outlook, surprise, shock.wind)
    return {
        Variable.TEMPERATURE_MAX: high,
        Variable.TEMPERATURE_MIN: low,
        Variable.TEMPERATURE_MEAN: low + position * (high - low),
        Variable.PRECIPITATION: rainy * _amounts(usual.rain_amount, outlook, shock.amount),
        Variable.WIND_SPEED_MAX: wind,
        Variable.HUMIDITY_MEAN: usual.humidity_mean + humidity,
        Variable.SURFACE_PRESSURE_MEAN: usual.pressure_mean + _PRESSURE_SPREAD * pressure,
        Variable.WIND_GUSTS_MAX: wind * _gustiness(wind / usual.wind_mean, shock.gust),
        Variable.WIND_DIRECTION: _direction(usual, outlook, shock.direction),
        Variable.RADIATION: usual.clear_radiation * (1 - _clouds(usual.cloud, rainy, shock.cloud)),
    }


def autoregress(lags: tuple[float, ...], shocks: FloatArray) -> FloatArray:
    """Return x(t) = lags[0] x(t-1) + lags[1] x(t-2) + ... + shocks(t), beginning at rest.

    Time is the first axis.
    """
    values = shocks.copy()
    for day in range(1, len(values)):
        for back, lag in enumerate(lags[:day], start=1):
            values[day] += lag * values[day - back]
    return values


def _outlook(pressure: FloatArray, regime: FloatArray) -> FloatArray:
    """Return how bad the weather looked on the day before: of unit variance, nothing of the day.

    Bad is a pressure that is low or falling, and a wet regime.
    """
    before, two_before = _lagged(pressure, 1), _lagged(pressure, 2)
    heading = before + _OUTLOOK_TENDENCY * (before - two_before)
    seen, hidden = sqrt(1 - _OUTLOOK_REGIME**2), _OUTLOOK_REGIME
    return -seen * heading / _HEADING_SPREAD - hidden * _lagged(regime, 1)


def _rainy_days(fraction: FloatArray, outlook: FloatArray, shock: FloatArray) -> FloatArray:
    """Return 1 on rainy days, else 0: a Markov chain that leans to rain when the outlook is bad.

    With memory r and fraction f of rainy days, the chance is f (1 - r), and r more after a rainy
    day: whatever r is, the fraction stays f.
    """
    latent = _RAIN_OUTLOOK * outlook + sqrt(1 - _RAIN_OUTLOOK**2) * shock
    dryness = _upper_tail(latent)  # uniform in 0..1
    chance = fraction * (1 - _RAIN_MEMORY)
    rainy = np.zeros_like(latent)
    before = np.zeros(latent.shape[1:])
    for day in range(len(latent)):
        before = rainy[day] = dryness[day] < chance[day] + _RAIN_MEMORY * before
    return rainy


def _upper_tail(normal: FloatArray) -> FloatArray:
    """Return the chance of a standard normal number to be greater, to seven decimals."""
    grid = np.linspace(-6, 6, 6001)
    return np.interp(normal, grid, [erfc(value / sqrt(2)) / 2 for value in grid.tolist()])


def _amounts(mean: FloatArray, outlook: FloatArray, shock: FloatArray) -> FloatArray:
    """Return amounts (mm) of gamma law with shape 1/2, larger the worse the outlook.

    The square of a standard normal number has that law; the shape fitted to the rainy days of
    Marrakech 2018-2023 is 0.54.
    """
    strength = np.exp(_AMOUNT_OUTLOOK * outlook - _AMOUNT_OFFSET)
    return _LEAST_RAIN + (mean - _LEAST_RAIN) * strength * shock**2


def _maximum(
    rain_fraction: FloatArray, outlook: FloatArray, surprise: FloatArray, shock: FloatArray
) -> FloatArray:
    """Return the fast part of the maximum's anomaly, of equal spread in wet and dry seasons."""
    by_rain = _MAX_RAIN**2 * rain_fraction * (1 - rain_fraction)
    forcing = _MAX_RAIN * surprise + _MAX_OUTLOOK * outlook
    return autoregress(_MAX_LAGS, np.sqrt(_MAX_SHOCK**2 - by_rain) * shock + forcing)


def _minimum(warmth: FloatArray, surprise: FloatArray, shock: FloatArray) -> FloatArray:
    """Return the minimum's anomaly in standard deviations."""
    forcing = _MIN_YESTERDAY * _lagged(warmth, 1) + _MIN_RAIN * surprise
    return autoregress(_MIN_LAGS, _MIN_SHOCK * shock + forcing)


def _strength(outlook: FloatArray, surprise: FloatArray, shock: FloatArray) -> FloatArray:
    """Return the day's strongest wind as a multiple of the usual one: log-normal, mean 1."""
    forcing = _WIND_OUTLOOK * outlook + _WIND_RAIN * surprise
    wind = autoregress(_WIND_LAGS, _WIND_SHOCK * shock + forcing)
    return np.exp(_WIND_SPREAD * wind - _WIND_SPREAD**2 / 2)


def _gustiness(strength: FloatArray, shock: FloatArray) -> FloatArray:
    """Return how many times stronger than the wind its gusts are; never less than once."""
    factor = _GUST_FACTOR * strength**_GUST_SLOPE * np.exp(_GUST_SPREAD * shock)
    return np.maximum(factor, 1.05)


def _direction(usual: Climate, outlook: FloatArray, shock: FloatArray) -> FloatArray:
    """Return where the wind comes from (degrees): wrapped normal about the usual direction."""
    turn = _TURN_OUTLOOK * outlook + sqrt(1 - _TURN_OUTLOOK**2) * shock
    return (usual.wind_from + np.degrees(usual.turn_spread * turn)) % 360


def _clouds(usual: FloatArray, rainy: FloatArray, shock: FloatArray) -> FloatArray:
    """Return the share of a clear day's radiation that clouds take: of log-normal law."""
    mean = np.where(rainy, np.maximum(_RAIN_CLOUD, usual), usual)
    spread = np.where(rainy, _RAIN_CLOUD_SPREAD, _CLOUD_SPREAD)
    taken: FloatArray = np.minimum(mean * np.exp(spread * shock - spread**2 / 2), _MOST_CLOUD)
    return taken


def _lagged(values: FloatArray, days: int) -> FloatArray:
    """Return the values of so many days before; before the first there was rest."""
    return np.concatenate([np.zeros_like(values[:days]), values[:-days]])


def _published(variable: Variable, values: FloatArray) -> FloatArray:
    """Return values as a source publishes them: inside physical bounds, rounded."""
    bounds = VARIABLES[variable]
    decimals = _DECIMALS.get(variable, 1)
    return values.clip(bounds.lowest, bounds.highest).round(decimals)
