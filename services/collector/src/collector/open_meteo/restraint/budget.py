"""The budget of calls: by the clock's minute and hour and by the UTC day, over all collectors.

The counters live in Redis, one key for each minute, hour and day, taken from and checked in one
step. The answers kept in PostgreSQL say the same and are the truth: the first call of every minute
counts from them again, so a wiped Redis is made good by the next call, and one that was away by the
next minute. While Redis is away, PostgreSQL alone decides.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import redis
import structlog

from collector.open_meteo.reasons import Counter
from collector.open_meteo.restraint.spent import Spent
from shared.adapters.celery import KEY_PREFIX

if TYPE_CHECKING:
    from redis.commands.core import Script

log = structlog.get_logger()

# A counter outlives its window by this much, for clocks that differ.
_KEPT_BEYOND = timedelta(minutes=5)

# KEYS: the counters of the minute, the hour and the day.
# ARGV: the weight; then for each counter what may be spent, seconds to keep it, and what was
# counted in the database ("" where that was not asked).
# Returns 0 when the weight was taken, the number of the longest counter that forbids it, or -1
# when the minute's counter is unknown: a new minute, or a Redis that was wiped.
_TAKE = """
if ARGV[4] == "" and redis.call("EXISTS", KEYS[1]) == 0 then return -1 end
local weight, forbids = tonumber(ARGV[1]), 0
for i, key in ipairs(KEYS) do
  local allowed, kept, counted = tonumber(ARGV[3*i-1]), ARGV[3*i], ARGV[3*i+1]
  local spent = tonumber(redis.call("GET", key) or "0")
  if counted ~= "" then
    spent = math.max(spent, tonumber(counted))
    redis.call("SET", key, tostring(spent), "EX", kept)
  end
  if spent > 0 and spent + weight > allowed then forbids = i end
end
if forbids > 0 then return forbids end
for i, key in ipairs(KEYS) do
  redis.call("INCRBYFLOAT", key, weight)
  redis.call("EXPIRE", key, ARGV[3*i])
end
return 0
"""
_UNKNOWN = -1
_COUNTERS = tuple(Counter)
# Redis knows no infinity that can be added to; no budget reaches this.
_VERY_MUCH = 1e12


@dataclass(frozen=True)
class Limits:
    """What the source grants, and how much of it is used.

    Attributes
    ----------
    minute, hour, day : float
        Calls until the counter is cleared; infinite where there is no limit.
    margin : float
        Share that is never used: the source's clock and ours differ, and others may share the
        address.
    reserve : float
        Share of the hour and the day that work which can wait leaves to work which cannot.
    """

    minute: float
    hour: float
    day: float
    margin: float = 0.1
    reserve: float = 0.2

    def allowed(self, counter: Counter, *, leaves_reserve: bool) -> float:
        """Return what may be spent of a counter."""
        limit = {Counter.MINUTE: self.minute, Counter.HOUR: self.hour, Counter.DAY: self.day}
        kept = self.margin
        if leaves_reserve and counter is not Counter.MINUTE:
            kept += self.reserve
        return limit[counter] * (1.0 - kept)


@dataclass(frozen=True)
class Budget:
    """Takes calls from the budget of one source.

    Attributes
    ----------
    client : redis.Redis
        Where the counters are.
    count : function of a time
        What was spent of each counter by the answers kept in the database.
    """

    source: str
    client: "redis.Redis"
    count: Callable[[datetime], Spent]
    limits: Limits

    def take(self, weight: float, now: datetime, *, leaves_reserve: bool = False) -> Counter | None:
        """Take a call from the budget, or return the counter that forbids it for now."""
        allowed = [self.limits.allowed(c, leaves_reserve=leaves_reserve) for c in _COUNTERS]
        try:
            return self._take(weight, allowed, now)
        except redis.RedisError as error:
            log.warning("redis is away, the budget is counted in the database", error=str(error))
        spent = self.count(now)
        forbidding = [
            counter
            for counter, most in zip(_COUNTERS, allowed, strict=True)
            if spent[counter] > 0 and spent[counter] + weight > most
        ]
        return forbidding[-1] if forbidding else None

    def correct(self, difference: float, taken_at: datetime, weight: float, now: datetime) -> None:
        """Set right what a call took once it is over.

        A failed one counts less. One that began before a counter was cleared and ended after may
        have been counted then, so it counts in both.
        """
        try:
            for counter in _COUNTERS:
                if difference:
                    self._add(counter, taken_at, difference)
                if counter.begin(now) != counter.begin(taken_at):
                    self._add(counter, now, weight + difference)
        except redis.RedisError as error:
            log.warning("redis is away, the budget is counted in the database", error=str(error))

    def exhaust(self, counter: Counter, now: datetime) -> None:
        """Take a counter for used up until it is cleared: the source said so."""
        try:
            self._add(counter, now, _VERY_MUCH)
        except redis.RedisError as error:
            log.warning("redis is away, the budget is counted in the database", error=str(error))

    def _take(self, weight: float, allowed: list[float], now: datetime) -> Counter | None:
        answer = self._run(weight, allowed, None, now)
        if answer == _UNKNOWN:
            answer = self._run(weight, allowed, self.count(now), now)
        return _COUNTERS[answer - 1] if answer else None

    def _run(self, weight: float, allowed: list[float], spent: Spent | None, now: datetime) -> int:
        arguments: list[Any] = [weight]
        for counter, most in zip(_COUNTERS, allowed, strict=True):
            counted = "" if spent is None else _finite(spent[counter])
            arguments += [_finite(most), _seconds_kept(counter, now), counted]
        keys = [self._key(counter, now) for counter in _COUNTERS]
        return int(self._script(keys=keys, args=arguments))

    def _add(self, counter: Counter, at: datetime, weight: float) -> None:
        """Add to a counter that is known; an unknown one is counted anew before it is used."""
        key = self._key(counter, at)
        if self.client.exists(key):
            self.client.incrbyfloat(key, weight)

    def _key(self, counter: Counter, now: datetime) -> str:
        return f"{KEY_PREFIX}budget:{self.source}:{counter}:{counter.begin(now):%Y%m%dT%H%M}"

    @cached_property
    def _script(self) -> "Script":
        return self.client.register_script(_TAKE)


def _finite(calls: float) -> float:
    return min(calls, _VERY_MUCH) if not math.isnan(calls) else _VERY_MUCH


def _seconds_kept(counter: Counter, now: datetime) -> int:
    return int((counter.end(now) - now + _KEPT_BEYOND).total_seconds())
