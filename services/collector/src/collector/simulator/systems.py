"""Weather systems: noise that drifts over the earth, so that upstream knows of tomorrow.

The noise is frozen into sheets that turn about the earth's axis, 6.5 to 9.5 degrees of longitude a
day (720 to 1060 km at the equator, 600 to 900 in Marrakech, 430 to 630 in Berlin), much as highs
and lows of the middle latitudes do: eastward, but westward in the trade winds. What passes over a
place today passed over places upstream of it yesterday; two days over the same place have hardly
anything in common. Six sheets, each seen over
120 degrees of longitude and fading towards both ends, let a system live for a week or two.

On a sheet, independent normal numbers at the nodes of a grid are smoothed by quadratic B-splines.
"""

from functools import lru_cache

import numpy as np

from collector.simulator.climate import FloatArray, IntArray
from collector.simulator.noise import normals, seed_of

# Degrees between nodes; what two places have in common falls with exp(-(distance / spacing)^2).
_ACROSS, _ALONG = 5.0, 4.0
_SLOWEST, _FASTEST = 6.5, 9.5  # degrees of longitude a day
_SHEETS, _SECTOR = 6, 60.0  # a sector's sheet fades out while the next one's fades in
_TRADE_WINDS_WITHIN = 30.0  # degrees from the equator
_CHUNK = 1024  # nodes made at a time
_FOUR = 4


def passing_over(
    latitude: float, longitude: float, first: int, last: int, width: int
) -> FloatArray:
    """Return what passes over a place from the first to the last day, both included.

    Returns
    -------
    ndarray of shape (last - first + 1, width)
        Standard normal; `width` independent worlds of sheets.
    """
    across, rows = _smoothing(np.array([(latitude + 90) / _ACROSS + 1]))
    weighted = list(zip(across[:, 0].tolist(), rows[:, 0].tolist(), strict=True))
    turned = _drift(last + 1)[first:]
    passing = np.zeros((last - first + 1, width))
    for eastward in (True, False):
        some = [(weight, row) for weight, row in weighted if _drifts_eastward(row) == eastward]
        for strength, sheet, inside in _sheets_over(longitude if eastward else -longitude):
            along, nodes = _smoothing((turned + 2 * _SECTOR - inside) / _ALONG + 1)
            start, end = int(nodes.min()), int(nodes.max())
            strip = np.zeros((end - start + 1, width))
            for weight, row in some:
                strip += strength * weight * _row((sheet, row), start, end, width)
            for weights, node in zip(along, nodes - start, strict=True):
                passing += weights[:, None] * strip[node]
    return passing


def _drifts_eastward(row: int) -> bool:
    """Say whether a row of the sheets is outside the trade winds, which blow from the east."""
    return abs((row - 1) * _ACROSS - 90) >= _TRADE_WINDS_WITHIN


def _sheets_over(longitude: float) -> list[tuple[float, int, float]]:
    """Return the two sheets seen at a longitude: strength, number, degrees into its sectors."""
    sector, way = divmod((longitude + 180) % 360 / _SECTOR, 1)
    return [
        (np.sin(way * np.pi / 2), (int(sector) + 1) % _SHEETS, way * _SECTOR),
        (np.cos(way * np.pi / 2), int(sector), (way + 1) * _SECTOR),
    ]


def _smoothing(positions: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the three nearest nodes of each position, with weights that keep the variance.

    Returns
    -------
    weights, nodes : ndarray of shape (3, n_positions)
    """
    nearest = np.rint(positions)
    aside = positions - nearest
    weights = np.array([(0.5 - aside) ** 2 / 2, 0.75 - aside**2, (0.5 + aside) ** 2 / 2])
    nodes = nearest.astype(np.int64) + np.array([[-1], [0], [1]])
    return weights / np.sqrt((weights**2).sum(axis=0)), nodes


@lru_cache(maxsize=8)
def _drift(n_days: int) -> FloatArray:
    """Return how far the sheet has turned on each of the first days (degrees)."""
    phase = normals(seed_of("drift"), 0, n_days - 1, _FOUR)[:, 0]
    daily = (_SLOWEST + _FASTEST) / 2 + (_FASTEST - _SLOWEST) / 2 * np.tanh(phase)
    return np.cumsum(daily)


def _row(row: tuple[int, int], start: int, end: int, width: int) -> FloatArray:
    """Return the nodes of a row of a sheet from start to end, both included."""
    first, last = start // _CHUNK, end // _CHUNK
    nodes = np.concatenate([_chunk(row, number, width) for number in range(first, last + 1)])
    return nodes[start - first * _CHUNK : end + 1 - first * _CHUNK]


@lru_cache(maxsize=2048)  # of 100 kB each: ten years of the whole earth
def _chunk(row: tuple[int, int], number: int, width: int) -> FloatArray:
    return normals(seed_of("sheet", *row), number * _CHUNK, (number + 1) * _CHUNK - 1, width)
