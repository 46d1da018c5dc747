"""Endless tables of random numbers: any row can be had without the ones before it.

Made from the generator's raw stream by Box and Muller's transform: that stream is guaranteed to
stay as it is, NumPy's own normal numbers are not (NEP 19,
https://numpy.org/neps/nep-0019-rng-policy.html).
"""

import hashlib

import numpy as np

from collector.simulator.climate import FloatArray

_WORDS_A_STEP = 4  # Philox makes its numbers four at a time
_FRACTION = 2.0**-53  # a float has 53 bits of one


def normals(seed: int, first: int, last: int, width: int) -> FloatArray:
    """Return rows of a seed's table of independent standard normal numbers.

    Parameters
    ----------
    first, last : int
        Rows, both included; the first there is is 0.
    width : int
        Columns of the table, a multiple of four.

    Returns
    -------
    ndarray of shape (last - first + 1, width)
    """
    stream = np.random.Philox(key=seed)
    stream.advance(first * width // _WORDS_A_STEP)
    n_rows = last - first + 1
    raw = stream.random_raw(n_rows * width).reshape(n_rows, 2, width // 2)
    uniform = (raw >> np.uint64(11)) * _FRACTION
    radius, angle = np.sqrt(-2 * np.log1p(-uniform[:, 0])), 2 * np.pi * uniform[:, 1]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def seed_of(*words: str | float) -> int:
    """Return the seed of a table by what it is for; positions count to about ten metres."""
    text = " ".join(f"{word:.4f}" if isinstance(word, float) else str(word) for word in words)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
