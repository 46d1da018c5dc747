"""Seals: a digest over a row and the seal before it, so that no row changes or goes unseen.

`seal(previous, content)` is all there is to a chain; whoever keeps one stores each digest beside
what it seals, and reads it again with `seal` to see that nothing has changed:

>>> first = seal(NO_SEAL, {"site_id": "marrakech", "value": [21.5, 22.0]})
>>> second = seal(first, {"site_id": "marrakech", "value": [20.0, 19.5]})
>>> second == seal(first, {"value": [20.0, 19.5], "site_id": "marrakech"})
True
>>> second == seal(first, {"value": [20.0, 19.6], "site_id": "marrakech"})
False

The content may be one row, or a list of the rows of a batch in an order the reader can repeat; a
row read back from the database gives the very same digest. What is null is left out, so that a
column added later leaves old seals whole. The gate's decisions and promotions are one chain, see
`shared.adapters.chain`.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

#: What the first seal of a chain follows.
NO_SEAL = "0" * 64


def seal(previous: str, content: object) -> str:
    """Return the digest that binds some content to everything sealed before it.

    Parameters
    ----------
    previous : str
        The seal before, or `NO_SEAL`.
    content : object
        Rows and their values: mappings, sequences, text, numbers, times, days, ids, bytes.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    return hashlib.sha256(f"{previous}\n{canonical(content)}".encode()).hexdigest()


def canonical(content: object) -> str:
    """Return content as the one JSON text it has: keys sorted, no spaces, nulls left out.

    Examples
    --------
    >>> canonical({"b": None, "a": date(2026, 11, 23), "c": [1.0, None]})
    '{"a":"2026-11-23","c":[1.0,null]}'
    """
    return json.dumps(
        _plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can say
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no NaN
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    message = f"A {type(value).__name__} has no canonical form."
    raise TypeError(message)
