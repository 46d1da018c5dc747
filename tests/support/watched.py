"""Four years of one site, as its daily reviews see them: weather, ring, guidance, errors.

Unless it is observed, the weather is the collector's simulator's; the ring is the collector's, the
guidance what simulated weather models said the day before. The champion's and its predecessor's
errors are those of damped persistence, most of them shared, and an error of each one's own that
lasts for days.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from collector.ring import DEFAULT_RING, RingShape, ring_around
from collector.simulator.predictions import predict
from collector.simulator.weather import simulate_places
from collector.stand_in.query import Place
from shared.contracts.issuers import Issuer
from shared.contracts.sites import Site
from shared.forecasting.arrays import FloatArray
from shared.forecasting.baseline import Baseline
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Guidance, Neighbour
from shared.forecasting.references import ClimatologyForecaster
from shared.forecasting.series import target_series
from shared.forecasting.sources import Sources
from shared.forecasting.variables import LEAD_DAYS, TEMPERATURES, Variable
from shared.forecasting.verification import ScoredForecasts, Verified

FIRST = date(2014, 1, 1)
#: Days for a climatology and for what is usual, and the days that are watched.
LEARNT, WATCHED = 4 * 365, 4 * 365 + 1
#: Days a review looks at: those of the gate's use case.
KNOWN_DAYS, LOOKED_BACK = 1200, 400

# Of the variance of damped persistence's errors: what all models share, what each adds. The three
# families, backtested on this very weather, add 0.7 to 3.7 %: at all leads at once (correlation
# 0.87 from lead 3 to lead 4), two thirds of it left on the next day.
_SHARED, _OWN = 0.90, 0.05
_OWN_LEFT, _OWN_AT_ALL_LEADS = 0.65, 0.87


@functools.cache
def world(site: Site) -> ForecastInputs:
    """Return all that is known of a site after eight simulated years."""
    last = FIRST + timedelta(days=LEARNT + WATCHED)
    points = [point.point for point in ring_around(site, RingShape.parse(DEFAULT_RING))]
    places = [Place(one.latitude, one.longitude, one.elevation or 0.0) for one in (site, *points)]
    weather = simulate_places(places, FIRST, last)
    own, *near = (
        DailyHistory(FIRST, {name: values[number] for name, values in weather.items()})
        for number in range(len(places))
    )
    neighbours = [
        Neighbour(point.site_id, 0.0, 200.0, history)
        for point, history in zip(points, near, strict=True)
    ]
    return ForecastInputs(own, neighbours, _guidance(places[0], last))


def _guidance(place: Place, last: date) -> Guidance:
    """Return what weather models said of the next day, from the day before the first one on."""
    said = predict([place], FIRST, last)[1]
    mean = said.low + said.position * (said.high - said.low)
    by_variable = {
        Variable.TEMPERATURE_MAX: said.high,
        Variable.TEMPERATURE_MIN: said.low,
        Variable.TEMPERATURE_MEAN: mean,
        Variable.PRECIPITATION: said.rain,
        Variable.WIND_SPEED_MAX: said.wind,
    }
    tables = {}
    for name, values in by_variable.items():
        tables[name] = np.full((values.shape[1], len(LEAD_DAYS)), np.nan)
        tables[name][:, 0] = values[0]
    return Guidance(FIRST - timedelta(days=1), tables)


def shifted(known: ForecastInputs, degrees: float, on: int) -> ForecastInputs:
    """Return the inputs with the site's thermometer reading too much from a day on."""
    values = {name: np.array(column) for name, column in known.own.values.items()}
    for name in TEMPERATURES:
        values[name][on:] += degrees
    return replace(known, own=DailyHistory(FIRST, values))


def as_reviewed(known: ForecastInputs, day: int) -> ForecastInputs:
    """Return what a review looks at when so many days have been observed."""
    until = FIRST + timedelta(days=day)
    return known.until(until).since(until - timedelta(days=KNOWN_DAYS))


def candidate(number: int) -> UUID:
    """Return the id of the champion of a term."""
    return UUID(int=number + 1)


@dataclass(frozen=True, eq=False)
class Issued:
    """Forecasts by valid date and lead, shape (n_days, 7), and what came.

    Attributes
    ----------
    first : date
        The first of the days.
    damped, climatology : ndarray
        Of the references.
    """

    variable: Variable
    first: date
    observed: FloatArray
    damped: FloatArray
    climatology: FloatArray

    @classmethod
    def of(cls, known: ForecastInputs, variable: Variable) -> "Issued":
        """Return the references' forecasts, fitted on the days before those that are watched."""
        own = known.own
        learnt = ForecastInputs(own.until(own.first_date + timedelta(days=LEARNT)))
        damped = Baseline.fit(variable, Sources(), learnt).damped_persistence
        series = target_series(variable, own.column(variable))
        usual = ClimatologyForecaster(climatology=damped.climatology)
        return cls(
            variable,
            own.first_date,
            np.array(own.column(variable)),
            _by_valid_date(damped.forecast(own.dates, series)),
            _by_valid_date(usual.forecast(own.dates, series)),
        )

    def model(self, number: int, *, first: int, times: float = 1.0) -> FloatArray:
        """Return the forecasts of a model, its errors so many times as large, from a day on."""
        target = target_series(self.variable, self.observed)[:, np.newaxis]
        errors = self.damped - target
        spread = np.nanstd(errors[:LEARNT], axis=0)
        own = np.sqrt(_OWN) * spread * _lasting(np.random.default_rng(number), errors.shape)
        return _from(target + times * (np.sqrt(_SHARED) * errors + own), first)

    def verified(self, day: int, models: Mapping[UUID, FloatArray]) -> Verified:
        """Return what a review finds of models and references when a day has been observed."""
        window = slice(day - LOOKED_BACK, day + 1)
        references = {
            Issuer.DAMPED_PERSISTENCE: self.damped,
            Issuer.CLIMATOLOGY: self.climatology,
        }
        return Verified(
            variable=self.variable,
            dates=np.datetime64(self.first, "D") + np.arange(day - LOOKED_BACK, day + 1),
            observed=self.observed[window],
            is_final=np.ones(LOOKED_BACK + 1, dtype=bool),
            by_issuer={name.value: _scored(table[window]) for name, table in references.items()},
            by_candidate={name: _scored(table[window]) for name, table in models.items()},
        )


def _by_valid_date(forecasts: FloatArray) -> FloatArray:
    """Return forecasts by valid date of those by reference date."""
    table = np.full_like(forecasts, np.nan)
    for column, lead in enumerate(LEAD_DAYS):
        table[lead:, column] = forecasts[:-lead, column]
    return table


def _from(table: FloatArray, first_reference: int) -> FloatArray:
    """Return the forecasts of a model that began to forecast on a day."""
    issued = np.arange(len(table))[:, np.newaxis] - np.array(LEAD_DAYS) >= first_reference
    kept: FloatArray = np.where(issued, table, np.nan)
    return kept


def _scored(target: FloatArray) -> ScoredForecasts:
    """Return forecasts of the target as verification would have them; the rest is not looked at."""
    nothing = np.full_like(target, np.nan)
    return ScoredForecasts(target, nothing, nothing, nothing, target)


def _lasting(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Return errors of unit variance, alike at all leads, of which a share is left the next day."""
    alike = np.sqrt(_OWN_AT_ALL_LEADS) * rng.normal(size=(shape[0], 1))
    noise: FloatArray = alike + np.sqrt(1.0 - _OWN_AT_ALL_LEADS) * rng.normal(size=shape)
    noise *= np.sqrt(1.0 - _OWN_LEFT**2)
    for day in range(1, len(noise)):
        noise[day] += _OWN_LEFT * noise[day - 1]
    return noise
