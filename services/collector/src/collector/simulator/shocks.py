"""What is new at a place on each day: mostly the weather system that passes, partly its own."""

from typing import NamedTuple

import numpy as np

from collector.simulator.climate import FloatArray
from collector.simulator.noise import normals, seed_of
from collector.simulator.systems import passing_over
from collector.stand_in.query import Place


class Shocks(NamedTuple):
    """One series of shocks by process, standard normal and independent from day to day."""

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


N_PROCESSES = len(Shocks._fields)

# Share of the variance that is the place's own, in the order of `Shocks`: next to nothing of the
# pressure, most of a shower's amount.
_OWN = np.array([0.05, 0.05, 0.3, 0.6, 0.15, 0.2, 0.5, 0.3, 0.3, 0.4, 0.2, 0.3])


def shocks_of(place: Place, first: int, last: int) -> FloatArray:
    """Return the shocks of a place from the first to the last day, both included.

    Returns
    -------
    ndarray of shape (last - first + 1, N_PROCESSES)
        In the order of `Shocks`; asking for more days never changes them.
    """
    common = passing_over(place.latitude, place.longitude, first, last, N_PROCESSES)
    seed = seed_of("weather", place.latitude, place.longitude)
    own = normals(seed, first, last, N_PROCESSES)
    shocks: FloatArray = np.sqrt(1 - _OWN) * common + np.sqrt(_OWN) * own
    return shocks
