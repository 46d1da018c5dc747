"""Answers mangled in every way: no error escapes the task, nothing wrong is stored, nothing lost.

Each answer goes the whole way: client, raw store, reading, checks, and the transaction of a job.
"""

import copy
import hashlib
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from collector.payloads.store import SqlPayloadStore
from shared.adapters.database import SessionFactory
from shared.adapters.observations import load_histories
from shared.adapters.runner import Outcome
from shared.adapters.sites import add_site
from shared.adapters.tables import jobs, payloads
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES, Variable
from tests.support.collecting import YESTERDAY, House
from tests.support.open_meteo import answer, as_json, client_of
from tests.support.sources import ordinary

START = YESTERDAY - timedelta(days=19)
N_DAYS = 20
Mangle = Callable[[dict[str, Any]], Any]

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """Keep hundreds of tracebacks from being drawn."""
    with capture_logs():
        yield


pytestmark = pytest.mark.slow


def true_answer() -> dict[str, Any]:
    days = [START + timedelta(n) for n in range(N_DAYS)]
    return answer(
        START, YESTERDAY, **{v.value: [ordinary(v, day) for day in days] for v in Variable}
    )


names = st.sampled_from([variable.value for variable in Variable])
places = st.integers(0, N_DAYS - 1)
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=8),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**30), 10**30),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@st.composite
def value_replaced(draw: st.DrawFn) -> Mangle:
    """Make one value of one series something else."""
    name, place, value = draw(names), draw(places), draw(junk)

    def mangle(said: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        said["daily"][name][place] = value
        return said

    return mangle


@st.composite
def key_replaced(draw: st.DrawFn) -> Mangle:
    """Take something of the frame away, or make it something else."""
    path = draw(
        st.one_of(
            st.sampled_from([("daily",), ("daily_units",), ("utc_offset_seconds",)]),
            st.tuples(st.just("daily"), st.one_of(names, st.just("time"))),
            st.tuples(st.just("daily_units"), names),
        )
    )
    value, is_missing = draw(junk), draw(st.booleans())

    def mangle(said: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        *above, last = path
        inner = said
        for key in above:
            inner = inner[key]
        if is_missing:
            del inner[last]
        else:
            inner[last] = value
        return said

    return mangle


@st.composite
def series_cut(draw: st.DrawFn) -> Mangle:
    """Make a series, or the days, too short, too long, shifted or reversed."""
    name = draw(st.one_of(names, st.just("time")))
    how = draw(st.sampled_from(["short", "long", "shifted", "reversed", "empty"]))

    def mangle(said: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        series = said["daily"][name]
        said["daily"][name] = {
            "short": series[:-1],
            "long": [*series, series[-1]],
            "shifted": [*series[1:], series[0]],
            "reversed": series[::-1],
            "empty": [],
        }[how]
        return said

    return mangle


@st.composite
def wrapped(draw: st.DrawFn) -> Mangle:
    """Put the answer inside something else, or something else in its place."""
    how = draw(st.sampled_from(["list", "pair", "none", "error", "text", "deep"]))

    def mangle(said: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        return {
            "list": [said],
            "pair": [said, said],
            "none": None,
            "error": {"error": True, "reason": "Something went wrong."},
            "text": "no answer",
            "deep": {"data": said},
        }[how]

    return mangle


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Cut an answer off, change bytes of it, or make something else."""
    body = bytearray(as_json(true_answer()))
    how = draw(st.sampled_from(["cut", "changed", "html", "random"]))
    if how == "cut":
        return bytes(body[: draw(st.integers(0, len(body) - 1))])
    if how == "changed":
        for _ in range(draw(st.integers(1, 8))):
            body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
        return bytes(body)
    return b"<html>Bad Gateway</html>" if how == "html" else draw(st.binary(max_size=200))


statuses = st.sampled_from([200, 200, 200, 400, 401, 403, 404, 429, 500, 502, 503, 504])
once = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def collect(sessions: SessionFactory, body: bytes, status: int) -> tuple[Outcome, str, int]:
    """Collect a new site from a source that answers so; return also how often it was asked."""
    site_id = f"site-{next(_numbers)}"
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, content=body)

    with sessions.begin() as session:
        add_site(session, replace(DEFAULT_SITE, site_id=site_id))
    source = client_of(respond, payloads=SqlPayloadStore(sessions))
    house = House(sessions, {Provenance.SIMULATED: source}, Source.SIMULATED, START)
    outcome, job_id = house.run(site_id=site_id)
    with sessions.begin() as session:
        error = session.execute(select(jobs.c.last_error).where(jobs.c.job_id == job_id))
        message = error.scalar_one() or ""
    # Errors of ours are sentences for people; anything else has escaped the one who should know.
    assert message.startswith(("SourceRefused: ", "SourceUnavailable: ")) or not message
    return outcome, site_id, len(asked)


def stored(sessions: SessionFactory, site_id: str) -> DailyHistory | None:
    with sessions.begin() as session:
        return load_histories(session, [site_id]).get(site_id)


def assert_kept(sessions: SessionFactory, site_id: str, body: bytes, times: int) -> None:
    """Look for the answer in the raw store, byte for byte, once for each time it was given."""
    with sessions.begin() as session:
        rows = session.execute(select(payloads).where(payloads.c.site_ids.contains([site_id])))
        kept = rows.all()
    assert len(kept) == times
    for row in kept:
        assert zlib.decompress(row.body) == body
        assert row.sha256 == hashlib.sha256(body).hexdigest()


def assert_nothing_wrong(history: DailyHistory | None) -> None:
    """Whatever the source said, what is stored is possible, consistent and of its days."""
    if history is None:
        return
    assert START <= history.first_date <= history.last_date <= YESTERDAY
    for variable, bounds in VARIABLES.items():
        column = history.column(variable)
        known = column[~np.isnan(column)]
        assert ((known >= bounds.lowest) & (known <= bounds.highest)).all(), variable
    low, mean, high = (
        history.column(variable)
        for variable in (
            Variable.TEMPERATURE_MIN,
            Variable.TEMPERATURE_MEAN,
            Variable.TEMPERATURE_MAX,
        )
    )
    assert not ((low > high + 0.15) | (low > mean + 0.15) | (mean > high + 0.15)).any()


def assert_true_or_missing(history: DailyHistory | None, touched: set[tuple[str, date]]) -> None:
    """Every stored value is what the source really meant, but for those that were touched."""
    if history is None:
        return
    for variable in Variable:
        for day, value in zip(
            history.dates.tolist(), history.column(variable).tolist(), strict=True
        ):
            if (variable.value, day) not in touched and not np.isnan(value):
                assert value == pytest.approx(ordinary(variable, day))


@once
@given(st.lists(st.one_of(key_replaced(), wrapped()), min_size=1, max_size=2), statuses)
def test_broken_shape(sessions: SessionFactory, mangles: list[Mangle], status: int) -> None:
    said: Any = true_answer()
    for mangle in mangles:
        try:
            said = mangle(copy.deepcopy(said))
        except (KeyError, TypeError, IndexError):
            break  # the first one left nothing to mangle
    body = as_json(said)
    _, site_id, times = collect(sessions, body, status)
    assert_kept(sessions, site_id, body, times)
    history = stored(sessions, site_id)
    assert_nothing_wrong(history)
    assert_true_or_missing(history, set())


@once
@given(series_cut())
def test_series_that_do_not_fit(sessions: SessionFactory, mangle: Mangle) -> None:
    body = as_json(mangle(true_answer()))
    _, site_id, times = collect(sessions, body, 200)
    assert_kept(sessions, site_id, body, times)
    assert_nothing_wrong(stored(sessions, site_id))


@once
@given(st.lists(value_replaced(), min_size=1, max_size=6))
def test_values_that_are_something_else(sessions: SessionFactory, mangles: list[Mangle]) -> None:
    truth, said = true_answer(), true_answer()
    for mangle in mangles:
        said = mangle(said)
    body = as_json(said)
    _, site_id, times = collect(sessions, body, 200)
    assert_kept(sessions, site_id, body, times)
    history = stored(sessions, site_id)
    assert_nothing_wrong(history)
    touched = {
        (name, START + timedelta(place))
        for name in truth["daily"]
        for place, value in enumerate(truth["daily"][name])
        if said["daily"][name][place] is not value
    }
    assert_true_or_missing(history, touched)


@once
@given(bodies(), statuses)
def test_bytes_that_are_no_answer(sessions: SessionFactory, body: bytes, status: int) -> None:
    outcome, site_id, times = collect(sessions, body, status)
    assert_kept(sessions, site_id, body, times)
    assert_nothing_wrong(stored(sessions, site_id))
    if status == 200:
        try:
            json.loads(body)
        except ValueError:  # such as UnicodeDecodeError
            assert outcome is Outcome.WILL_RETRY
