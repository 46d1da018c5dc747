"""Writes days as PostgreSQL's COPY takes them, in its binary format: whole columns at once.

https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS-BINARY: each row is a number
of fields, each field its size in bytes and its bytes; a missing value has the size -1 and no bytes.
"""

import struct

import numpy as np

from shared.forecasting.arrays import BoolArray, DateArray, FloatArray

_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_EPOCH = np.datetime64("2000-01-01")  # of PostgreSQL's dates
_SIZE, _FLOAT = np.dtype(">i4"), np.dtype(">f8")
_ABSENT = -1


def copy_rows(site_id: str, dates: DateArray, is_final: BoolArray, values: FloatArray) -> bytes:
    """Return a row for each day of a place: site id, day, whether it is final, and its values.

    Parameters
    ----------
    values : ndarray of shape (n_variables, n_days)
        NaN is written as missing.
    """
    identity, n_values = site_id.encode(), len(values)
    row = _row(len(identity), n_values)
    rows = np.zeros(dates.size, row)
    rows["fields"] = 3 + n_values
    rows["site_size"], rows["site"] = len(identity), identity
    rows["day_size"], rows["day"] = 4, (dates - _EPOCH).astype(np.int64)
    rows["final_size"], rows["is_final"] = 1, is_final
    missing = np.isnan(values.T)
    rows["values"]["size"] = np.where(missing, _ABSENT, _FLOAT.itemsize)
    rows["values"]["value"] = values.T
    # All bytes of a row but those of missing values.
    is_sent = np.ones((dates.size, row.itemsize), dtype=bool)
    of_value = _SIZE.itemsize + _FLOAT.itemsize
    of_values = is_sent[:, -n_values * of_value :].reshape(dates.size, n_values, of_value)
    of_values[:, :, _SIZE.itemsize :] = ~missing[:, :, None]
    sent: bytes = rows.view(np.uint8).reshape(is_sent.shape)[is_sent].tobytes()
    return sent


def copy_file(rows: bytes) -> bytes:
    """Return rows as a whole COPY can be given."""
    return _HEADER + rows + _TRAILER


def _row(n_bytes: int, n_values: int) -> "np.dtype[np.void]":
    """Return the layout of a row without missing values."""
    value = np.dtype([("size", _SIZE), ("value", _FLOAT)])
    return np.dtype(
        [
            *(("fields", ">i2"), ("site_size", _SIZE), ("site", f"S{n_bytes}")),
            *(("day_size", _SIZE), ("day", ">i4"), ("final_size", _SIZE), ("is_final", "u1")),
            ("values", value, (n_values,)),
        ]
    )
