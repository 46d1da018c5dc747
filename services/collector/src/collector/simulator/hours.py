"""Spreads a day over its 24 hours so that the hours add up to the day again."""

from collections.abc import Callable, Sequence

import numpy as np

from collector.simulator.climate import FloatArray, IntArray
from collector.simulator.predictions import Predicted
from collector.stand_in.query import Place

_HOURS = np.arange(24)
_WARMEST, _WETTEST = 15, 17  # local solar time
_RAIN_HOURS = 8
_CALM = 0.45  # share of the day's wind that blows at night
_POWERS = np.geomspace(0.02, 40.0, 200)


def hourly(
    quantity: str, predicted: Predicted, places: Sequence[Place], decimals: int = 1
) -> FloatArray:
    """Return a quantity by the hour, of shape (n_places, 24 n_days); days are UTC days."""
    clock = np.array([(_HOURS + round(place.longitude / 15)) % 24 for place in places])
    values = _SPREAD[quantity](predicted, clock[:, None, :])
    return values.reshape(len(places), -1).round(decimals)


def _temperature(predicted: Predicted, clock: IntArray) -> FloatArray:
    """Return temperatures whose extremes and mean are those of the day.

    A wave between 0 and 1, raised to the power that gives it the right mean.
    """
    wave = (1 + np.cos(2 * np.pi * (_HOURS - _WARMEST) / 24)) / 2
    means = (wave[:, None] ** _POWERS).mean(axis=0)
    power = np.interp(predicted.position, means[::-1], _POWERS[::-1])
    shape = wave[clock] ** power[..., None]
    return predicted.low[..., None] + (predicted.high - predicted.low)[..., None] * shape


def _rain(predicted: Predicted, clock: IntArray) -> FloatArray:
    """Return tenths of millimetres in the afternoon that sum to the day's, to the last tenth."""
    share = np.clip(_RAIN_HOURS / 2 - np.abs(_HOURS - _WETTEST), 0, None)[clock]
    fallen = np.cumsum(share / share.sum(axis=-1, keepdims=True), axis=-1)
    sums = (predicted.rain[..., None] * fallen).round(1)
    return np.diff(sums, axis=-1, prepend=0.0)


def _wind(predicted: Predicted, clock: IntArray) -> FloatArray:
    wave = (1 + np.cos(2 * np.pi * (_HOURS - _WARMEST) / 24)) / 2
    return predicted.wind[..., None] * (_CALM + (1 - _CALM) * wave[clock])


_SPREAD: dict[str, Callable[[Predicted, IntArray], FloatArray]] = {
    "temperature_2m": _temperature,
    "precipitation": _rain,
    "wind_speed_10m": _wind,
}
