"""What a weather model would have predicted: the truth, and errors that grow with the lead.

The error of a day is a sum of steps, one a day of lead, so predictions of the same day resemble
one another; a model has a bias of its own at each place, which can be learned. Mean absolute
errors of the maximum are some 1 degC one day ahead and 3 degC seven days ahead, about those of
global models (WMO lead centre for deterministic forecast verification, https://wmolcdnv.ecmwf.int).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from collector.simulator.climate import FloatArray
from collector.simulator.noise import normals, seed_of
from collector.simulator.weather import EPOCH, Days, simulate_places
from collector.stand_in.query import Place
from shared.forecasting.variables import LEAD_DAYS, Variable

# Standard deviations by lead day: of the temperatures (degC) and of the logarithm of wind and rain;
# then how often the rain of another day is predicted.
_TEMPERATURE_ERROR = (1.1, 1.4, 1.8, 2.3, 2.8, 3.2, 3.6)
_WIND_ERROR = (0.10, 0.12, 0.15, 0.18, 0.21, 0.24, 0.26)
_RAIN_ERROR = (0.30, 0.35, 0.42, 0.50, 0.58, 0.66, 0.74)
_WRONG_DAY = (0.06, 0.09, 0.13, 0.18, 0.24, 0.30, 0.36)
_OTHER_DAY = 4  # days before: a rain that came too early
_TEMPERATURE_BIAS, _WIND_BIAS = 0.7, 0.1  # spread between places; degC, logarithm
_KINDS, _LEADS = 5, len(LEAD_DAYS)
_WIDTH = 36  # a multiple of four that has a number for each kind and lead


class Predicted(NamedTuple):
    """Daily values predicted for places; arrays of shape (n_places, n_days)."""

    high: FloatArray
    low: FloatArray
    position: FloatArray  # of the mean between low (0) and high (1)
    rain: FloatArray
    wind: FloatArray


def predict(places: Sequence[Place], first: date, last: date) -> list[Predicted]:
    """Return what was predicted for days, by lead: none (what came), then 1 to 7 days before."""
    early = max(EPOCH, date.fromordinal(first.toordinal() - _OTHER_DAY))
    days = simulate_places(places, early, last)
    skip = (first - early).days
    truth = _truth({name: values[:, skip:] for name, values in days.items()})
    rain = days[Variable.PRECIPITATION]
    other = np.roll(rain, _OTHER_DAY, axis=1)[:, skip:]
    return [truth, *_with_errors(truth, other, _errors(places, first, last), _biases(places))]


def _truth(days: Days) -> Predicted:
    high, low = days[Variable.TEMPERATURE_MAX], days[Variable.TEMPERATURE_MIN]
    position = (days[Variable.TEMPERATURE_MEAN] - low) / (high - low)
    return Predicted(
        high, low, position, days[Variable.PRECIPITATION], days[Variable.WIND_SPEED_MAX]
    )


def _with_errors(
    truth: Predicted, other_rain: FloatArray, errors: FloatArray, biases: FloatArray
) -> list[Predicted]:
    """Return the predictions by lead.

    Parameters
    ----------
    errors : ndarray of shape (n_places, n_days, 5, 7)
        Of unit variance, by kind and lead.
    biases : ndarray of shape (n_places, 2)
        Of temperature and wind, of unit variance.
    """
    warm, gusty = _TEMPERATURE_BIAS * biases[:, :1], np.exp(_WIND_BIAS * biases[:, 1:])
    predictions = []
    for lead in range(_LEADS):
        common, skewed, windy, rainy, wrong = np.moveaxis(errors[..., lead], 2, 0)
        off = _TEMPERATURE_ERROR[lead]
        high = truth.high + warm + off * common
        low = truth.low + warm + off * (0.7 * common + 0.5 * skewed)
        mistaken = _chance(wrong) < _WRONG_DAY[lead]
        predictions.append(
            Predicted(
                high,
                np.minimum(low, high - 1.0),
                truth.position,
                np.where(mistaken, other_rain, truth.rain) * np.exp(_RAIN_ERROR[lead] * rainy),
                truth.wind * gusty * np.exp(_WIND_ERROR[lead] * windy),
            )
        )
    return predictions


def _errors(places: Sequence[Place], first: date, last: date) -> FloatArray:
    """Return errors of unit variance, of which each lead has one step more than the one before."""
    days = (first - EPOCH).days, (last - EPOCH).days
    drawn = np.array([normals(_seed(place, "errors"), *days, _WIDTH) for place in places])
    steps = drawn[..., : _KINDS * _LEADS].reshape(*drawn.shape[:2], _KINDS, _LEADS)
    variances = np.square(_TEMPERATURE_ERROR)
    sizes = np.sqrt(np.diff(variances, prepend=0.0))
    errors: FloatArray = np.cumsum(steps * sizes, axis=-1) / np.sqrt(variances)
    return errors


def _biases(places: Sequence[Place]) -> FloatArray:
    return np.array([normals(_seed(place, "bias"), 0, 0, 4)[0, :2] for place in places])


def _seed(place: Place, purpose: str) -> int:
    return seed_of(purpose, place.latitude, place.longitude)


def _chance(normal: FloatArray) -> FloatArray:
    """Return ranks in 0..1 of standard normal numbers, by the logistic curve: within 0.01."""
    return 1 / (1 + np.exp(-1.702 * normal))
