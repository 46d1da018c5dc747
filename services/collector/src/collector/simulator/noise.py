"""The random numbers of the simulated weather: fixed by place and day, whatever is asked for."""

import hashlib
from typing import NamedTuple

import numpy as np

from collector.simulator.climate import FloatArray, Place


class Shocks(NamedTuple):
    """What is new on each day, by process: standard normal, independent, shape (n_days,) each."""

    pressure: FloatArray
    regime: FloatArray
    rain: FloatArray
    amount: FloatArray
    maximum: FloatArray
    minimum: FloatArray
    mean_position: FloatArray
    wind: FloatArray
    humidity: FloatArray
    gust: FloatArray
    direction: FloatArray
    cloud: FloatArray


def shocks(place: Place, n_days: int) -> Shocks:
    """Return the shocks of the first days of a place's world; more days never change them.

    Made from the generator's raw stream by Box and Muller's transform: that stream is guaranteed
    to stay as it is, NumPy's own normal numbers are not (NEP 19,
    https://numpy.org/neps/nep-0019-rng-policy.html).
    """
    pairs = len(Shocks._fields) // 2
    raw = np.random.Philox(key=_seed(place)).random_raw(n_days * 2 * pairs)
    uniform = ((raw >> np.uint64(11)) * 2.0**-53).reshape(n_days, 2, pairs)
    radius, angle = np.sqrt(-2 * np.log1p(-uniform[:, 0])), 2 * np.pi * uniform[:, 1]
    return Shocks(*(radius * np.cos(angle)).T, *(radius * np.sin(angle)).T)


def _seed(place: Place) -> int:
    """Return the seed of a position, to about ten metres; the height has no part in it."""
    position = f"{place.latitude:.4f},{place.longitude:.4f}"
    return int.from_bytes(hashlib.sha256(position.encode()).digest()[:16], "big")
