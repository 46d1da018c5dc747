"""Reasons are told apart by their words, whatever the status, and counters end by the clock."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.open_meteo.reasons import Counter, exhausted_counter, judge, plain_text, reason_of
from collector.ports import Outcome


@given(st.integers(100, 599), st.binary(max_size=200))
def test_anything_at_all_amounts_to_something(status: int, body: bytes) -> None:
    verdict = judge(status, body)
    assert (verdict.reason is None) == (verdict.outcome is Outcome.ANSWERED)
    assert (verdict.counter is not None) == (verdict.outcome is Outcome.EXHAUSTED)


@pytest.mark.parametrize("reason", ["a \\u0000 nul", "half \\ud800 of a pair", "x" * 10_000])
def test_reasons_can_be_stored_and_printed(reason: str) -> None:
    found = reason_of(b'{"error": true, "reason": "%s"}' % reason.encode())
    assert found is not None
    assert "\x00" not in found
    assert len(found.encode()) <= 300


def test_plain_text_leaves_plain_text_alone() -> None:
    assert plain_text("Given: 522.52°.") == "Given: 522.52°."


NOON = datetime(2026, 11, 23, 12, 34, 56, 789, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counter", "begin", "end"),
    [
        (Counter.MINUTE, "2026-11-23T12:34+00:00", "2026-11-23T12:35+00:00"),
        (Counter.HOUR, "2026-11-23T12:00+00:00", "2026-11-23T13:00+00:00"),
        (Counter.DAY, "2026-11-23T00:00+00:00", "2026-11-24T00:00+00:00"),
    ],
)
def test_counters_begin_and_end_by_the_clock(counter: Counter, begin: str, end: str) -> None:
    assert counter.begin(NOON) == datetime.fromisoformat(begin)
    assert counter.end(NOON) == datetime.fromisoformat(end)


def test_counters_are_of_utc_wherever_the_clock_stands() -> None:
    east = datetime.fromisoformat("2026-11-24T03:30+05:30")
    assert Counter.DAY.begin(east) == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_limit_without_a_name_is_taken_for_the_minutes() -> None:
    assert exhausted_counter("Too much.") is Counter.MINUTE
    assert judge(429, b"slow down").counter is Counter.MINUTE
