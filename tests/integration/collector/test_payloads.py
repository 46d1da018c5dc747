"""Answers are kept as they came, for their time, and can be read again."""

import contextlib
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from sqlalchemy import insert, select, update

from collector.errors import SourceUnavailable
from collector.open_meteo.stored import read_all_stored, read_stored
from collector.payloads.store import SqlPayloadStore, expire_payloads, stored_body
from collector.ports import DaysRequest, Outcome, Payload
from shared.adapters.database import SessionFactory
from shared.adapters.sites import add_site
from shared.adapters.tables import payloads, quality_findings
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID
from tests.support.open_meteo import (
    NOW,
    FakeClock,
    SimulatorTransport,
    answer,
    as_json,
    client_of,
)

DAY = date(2026, 11, 22)
A_DAY = timedelta(days=1)
OTHER = Site("other", "Another", 31.0, -7.0, None, "Africa/Casablanca")


def payload(body: bytes | None = b"{}", *, outcome: Outcome = Outcome.ANSWERED) -> Payload:
    return Payload(
        "open-meteo", "https://source.test", (SITE_ID,), DAY, DAY, 1.0, outcome, 200, body
    )


def test_kept_answer_is_given_back_byte_by_byte(sessions: SessionFactory) -> None:
    body = bytes(range(256)) * 1000
    payload_id = SqlPayloadStore(sessions).keep(payload(body))
    with sessions.begin() as session:
        row = session.execute(select(payloads)).one()
        assert stored_body(session, payload_id) == body
    assert len(row.body) < len(body) / 10
    assert row.outcome == Outcome.ANSWERED


def test_damaged_answer_is_not_given_back(sessions: SessionFactory) -> None:
    payload_id = SqlPayloadStore(sessions).keep(payload(b"what was said"))
    with sessions.begin() as session:
        session.execute(update(payloads).values(sha256="0" * 64))
        with pytest.raises(ValueError, match="damaged"):
            stored_body(session, payload_id)


def test_answer_is_dated_by_the_clock_its_calls_are_counted_by(sessions: SessionFactory) -> None:
    SqlPayloadStore(sessions, FakeClock().now).keep(payload())
    with sessions.begin() as session:
        assert session.execute(select(payloads.c.fetched_at)).scalar_one() == NOW


def test_problem_is_noted_beside_the_answer(sessions: SessionFactory) -> None:
    store = SqlPayloadStore(sessions)
    payload_id = store.keep(payload(b"{"))
    store.note_problem(payload_id, Outcome.UNAVAILABLE, "no complete JSON")
    with sessions.begin() as session:
        row = session.execute(select(payloads)).one()
    assert (row.outcome, row.problem) == ("unavailable", "no complete JSON")


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": true, "reason": "a \\u0000 nul and \\ud800 half a pair"}',
        b'{"a": "\\u0000',
        b"\x00\xff\xfe",
        as_json(answer(DAY, DAY, time=["\x00\ud800"])),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 503])
def test_texts_that_are_none_do_not_keep_an_answer_from_being_kept(
    sessions: SessionFactory, status: int, body: bytes
) -> None:
    client = client_of(
        lambda _: httpx.Response(status, content=body), payloads=SqlPayloadStore(sessions)
    )
    with contextlib.suppress(SourceUnavailable):
        client.fetch(DaysRequest((DEFAULT_SITE,), DAY, DAY))
    with sessions.begin() as session:
        row = session.execute(select(payloads)).one()
        assert stored_body(session, row.payload_id) == body
    assert row.problem


def test_old_answers_are_emptied_but_for_those_in_question(sessions: SessionFactory) -> None:
    """What is known of an answer stays; a body goes unless a value of it is held."""
    clock = FakeClock(NOW - 31 * A_DAY)
    store = SqlPayloadStore(sessions, clock.now)
    old, held, dropped = store.keep(payload()), store.keep(payload()), store.keep(payload())
    clock.time = NOW
    new = store.keep(payload())
    with sessions.begin() as session:
        for payload_id, state in ((held, "held"), (dropped, "dropped")):
            finding = {
                "site_id": SITE_ID,
                "valid_date": DAY,
                "variable": "temperature_2m_max",
                "value": float(payload_id),
                "check_name": "bounds",
                "reason": "too hot",
                "state": state,
                "payload_id": payload_id,
            }
            session.execute(insert(quality_findings).values(finding))
        assert expire_payloads(session, before=NOW - 30 * A_DAY) == 2
        bodies = {n: stored_body(session, n) for n in (old, held, dropped, new)}
        assert expire_payloads(session, before=NOW - 30 * A_DAY) == 0
    assert bodies == {old: None, held: b"{}", dropped: None, new: b"{}"}


def test_any_day_of_a_kept_answer_can_be_read_again(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        add_site(session, OTHER)
    client = client_of(SimulatorTransport(), payloads=SqlPayloadStore(sessions))
    places = (DEFAULT_SITE, OTHER, Site("third", "A third", 31.0, -7.0, 0.0, "UTC"))
    found = client.fetch(DaysRequest(places, DAY - 400 * A_DAY, DAY))
    for place in places:
        history = found[place.site_id].history
        assert history is not None
        for day in (DAY - 400 * A_DAY, DAY - 3 * A_DAY, DAY):
            with sessions.begin() as session:
                stored = read_stored(session, place.site_id, day)
            assert stored is not None
            assert stored.payload_id == found[place.site_id].payload_on(day)
            for variable in Variable:
                assert stored.values[variable] == history.values[variable][history.position(day)]


def test_days_are_read_again_from_the_newest_answer_that_can_be_read(
    sessions: SessionFactory,
) -> None:
    clock = FakeClock(datetime(2026, 11, 20, tzinfo=UTC))
    store = SqlPayloadStore(sessions, clock.now)

    def keep(body: bytes, outcome: Outcome = Outcome.ANSWERED) -> int:
        clock.sleep(3600.0)
        url = (
            "https://source.test/v1/archive?latitude=31.63&longitude=-8.0&daily=all"
            f"&start_date={DAY}&end_date={DAY}&timezone=GMT"
        )
        return store.keep(Payload("x", url, (SITE_ID,), DAY, DAY, 1.0, outcome, 200, body))

    first = keep(as_json(answer(DAY, DAY, temperature_2m_max=[21.0])))
    second = keep(as_json(answer(DAY, DAY, temperature_2m_max=[22.0])))
    keep(b'{"error": true, "reason": "no"}', Outcome.REFUSED)
    keep(b"{")
    keep(as_json(answer(DAY, DAY) | {"utc_offset_seconds": 3600}))
    with sessions.begin() as session:
        all_of_them = list(read_all_stored(session, SITE_ID, DAY))
        assert read_stored(session, SITE_ID, DAY - A_DAY) is None
        assert read_stored(session, "other", DAY) is None
    assert [
        (stored.payload_id, stored.values[Variable.TEMPERATURE_MAX]) for stored in all_of_them
    ] == [(second, 22.0), (first, 21.0)]
    assert all_of_them[0].fetched_at - all_of_them[1].fetched_at == timedelta(hours=1)


def test_answers_of_guidance_are_kept_but_no_observations(sessions: SessionFactory) -> None:
    client = client_of(SimulatorTransport(), payloads=SqlPayloadStore(sessions))
    client.guidance(DaysRequest((DEFAULT_SITE,), DAY - A_DAY, DAY - A_DAY))
    with sessions.begin() as session:
        assert session.execute(select(payloads.c.payload_id)).one()
        assert read_stored(session, SITE_ID, DAY) is None
