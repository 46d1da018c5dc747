"""Tells what an answer of the source amounts to, from its status and the reason it gives."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from collector.ports import Outcome

_MAX_REASON = 300  # characters of a foreign text in our own messages
_MAX_ERROR_BYTES = 16 * 1024  # an error is short; data need not be read twice

#: Statuses that say "not now" rather than "not this": timeouts, quotas, faults of the server.
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
# Words of the reasons that mean the same where the status does not say it.
_TEMPORARY_WORDS = ("overloaded", "concurrent", "try again", "went wrong")
_CONCURRENT = "concurrent"
_KEY_WORDS = ("api key", "apikey")
# Reasons that blame one of several places; the others could be answered without it.
_PLACE_WORDS = ("must be in range", "no data is available for this location")
_SUCCESS = range(200, 300)


class Counter(StrEnum):
    """A counter of the source's budget, cleared by the clock (UTC)."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    def begin(self, now: datetime) -> datetime:
        """Return when the counter was last cleared."""
        now = now.astimezone(UTC).replace(second=0, microsecond=0)
        if self is Counter.MINUTE:
            return now
        return now.replace(minute=0) if self is Counter.HOUR else now.replace(minute=0, hour=0)

    def end(self, now: datetime) -> datetime:
        """Return when the counter will be cleared next."""
        return self.begin(now) + _LENGTHS[self]


_LENGTHS = {
    Counter.MINUTE: timedelta(minutes=1),
    Counter.HOUR: timedelta(hours=1),
    Counter.DAY: timedelta(days=1),
}
_COUNTER_WORDS = {"minutely": Counter.MINUTE, "hourly": Counter.HOUR, "daily": Counter.DAY}


@dataclass(frozen=True)
class Verdict:
    """What an answer amounts to.

    Attributes
    ----------
    reason : str or None
        What is wrong, in the source's words where it has any; None where nothing is.
    is_own : bool
        Whether these are the source's own words, not those of a gateway in between.
    counter : Counter or None
        The counter that is used up.
    retry_soon : bool
        Whether a second try within seconds may help.
    blames_a_place : bool
        Whether the request could be answered without one of its places.
    blames_the_key : bool
        Whether the key is missing or wrong, which no site can help.
    """

    outcome: Outcome
    reason: str | None = None
    is_own: bool = True
    counter: Counter | None = None
    retry_soon: bool = False
    blames_a_place: bool = False
    blames_the_key: bool = False


def judge(status: int, body: bytes) -> Verdict:
    """Return what an answer amounts to; whether its data are right is found out by reading it."""
    reason = reason_of(body)
    if reason is None:
        return _judge_foreign(status)
    words = reason.lower()
    if "limit exceeded" in words or (status == 429 and _CONCURRENT not in words):  # noqa: PLR2004 - HTTP
        return Verdict(Outcome.EXHAUSTED, reason, counter=exhausted_counter(reason))
    if any(word in words for word in _KEY_WORDS):
        return Verdict(Outcome.REFUSED, reason, blames_the_key=True)
    if status in _TEMPORARY or any(word in words for word in _TEMPORARY_WORDS):
        return Verdict(Outcome.UNAVAILABLE, reason, retry_soon=True)
    blames_a_place = any(word in words for word in _PLACE_WORDS)
    return Verdict(Outcome.REFUSED, reason, blames_a_place=blames_a_place)


def _judge_foreign(status: int) -> Verdict:
    """Judge what is not the source's own error: its data, or the page of a gateway or portal."""
    if status in _SUCCESS:
        return Verdict(Outcome.ANSWERED)
    if status == 429:  # noqa: PLR2004 - HTTP
        return Verdict(Outcome.EXHAUSTED, "429", is_own=False, counter=Counter.MINUTE)
    soon = status in _TEMPORARY
    return Verdict(Outcome.UNAVAILABLE, str(status), is_own=False, retry_soon=soon)


def exhausted_counter(reason: str) -> Counter:
    """Return the counter a reason names as used up; the minute's where it names none."""
    words = reason.lower()
    return next((c for word, c in _COUNTER_WORDS.items() if word in words), Counter.MINUTE)


def reason_of(body: bytes) -> str | None:
    """Return the reason of an error answer, `{"error": true, "reason": "..."}`, else None."""
    if len(body) > _MAX_ERROR_BYTES:
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or not answer.get("error"):
        return None
    return plain_text(str(answer.get("reason", "no reason given")))[:_MAX_REASON]


def plain_text(text: str) -> str:
    """Return a foreign text as it can be stored and printed: no NUL, no half of a character."""
    return text.replace("\x00", "").encode(errors="replace").decode()
