"""Who asks, by the key they send.

A key is looked up each time it is used to change something, so one that was revoked opens nothing
any more. That it was good a moment ago is remembered for the rate limits alone.
"""

import math
import time
from collections.abc import Callable
from typing import Protocol

from api.answers.problems import KeyMissing, KeyTooNarrow, KeyUnknown
from shared.adapters.keys import KnownKey
from shared.contracts.keys import ApiKey, Scope

#: The header a key is sent in.
KEY_HEADER = "X-API-Key"
_REMEMBERED_SECONDS = 60.0
_MOST_REMEMBERED = 1_000


class KeyRing(Protocol):
    """Knows which keys there are; raises `RecordUnavailable` while PostgreSQL is away."""

    def recognise(self, key: ApiKey) -> KnownKey | None:
        """Return what is known of a key that is in use."""
        ...


class Doorkeeper:
    """Lets in who has a key for what they want to do."""

    def __init__(self, keys: KeyRing, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._good_until: dict[str, float] = {}

    def admit(self, text: str | None, scope: Scope) -> KnownKey:
        """Return whose key it is, if it is good for a scope.

        Raises
        ------
        KeyMissing, KeyUnknown, KeyTooNarrow
            There is none, it is none of ours or revoked, or it is for other things.
        """
        if text is None:
            raise KeyMissing
        key = ApiKey.read(text)
        known = self._keys.recognise(key) if key else None
        if key is None or known is None:
            raise KeyUnknown
        self._remember(key)
        if scope not in known.scopes:
            raise KeyTooNarrow(scope, known.scopes)
        return known

    def name_of(self, text: str) -> str | None:
        """Return the id of a key that was good a moment ago; asks nobody."""
        key = ApiKey.read(text)
        if key is None or self._clock() >= self._good_until.get(key.digest, -math.inf):
            return None
        return key.key_id

    def _remember(self, key: ApiKey) -> None:
        if len(self._good_until) >= _MOST_REMEMBERED:
            self._good_until.clear()
        self._good_until[key.digest] = self._clock() + _REMEMBERED_SECONDS
