"""Recorded weather over a real connection: what goes wrong on the way, and the process itself."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from collector.recorded.faults import Fault
from collector.recorded.rules import Rule
from collector.recorded.world import World
from local.ports import any_free_port
from tests.support.recorded import TODAY, RecordedServer, made_up_library
from tests.support.servers import wait_until

ASKED = {
    "latitude": "31.63",
    "longitude": "-8.0",
    "daily": "temperature_2m_max,precipitation_sum",
    "start_date": "2024-01-01",
    "end_date": "2026-10-31",
}


def ask(server: RecordedServer) -> httpx.Response:
    return httpx.get(server.archive_url, params=ASKED, timeout=0.5, trust_env=False)


def test_an_answer_is_complete_and_json(recorded: RecordedServer) -> None:
    answer = ask(recorded)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert len(answer.json()["daily"]["time"]) == 1035


def test_a_cut_off_answer_breaks_the_connection(recorded: RecordedServer) -> None:
    recorded.world.misbehave(Rule(Fault.CUT_OFF, times=1))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        ask(recorded)
    assert ask(recorded).is_success


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.STALL])
def test_a_silent_answer_lets_the_client_run_out_of_patience(
    recorded: RecordedServer, fault: Fault
) -> None:
    recorded.world.misbehave(Rule(fault, times=1))
    with pytest.raises(httpx.ReadTimeout):
        ask(recorded)
    assert ask(recorded).is_success


def test_the_most_requests_at_a_time_are_counted(recorded: RecordedServer) -> None:
    recorded.world.misbehave(Rule(Fault.DELAY, seconds=0.3))

    async def ask_thrice() -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            await asyncio.gather(*(http.get(recorded.archive_url, params=ASKED) for _ in "abc"))

    asyncio.run(ask_thrice())
    assert recorded.world.most_open == 3


def test_two_servers_stand_side_by_side(
    serve_recorded: Callable[[World], RecordedServer],
) -> None:
    one, other = (serve_recorded(World(made_up_library(), today=TODAY)) for _ in "ab")
    one.world.misbehave(Rule(Fault.GATEWAY_PAGE))
    assert ask(one).status_code == 502
    assert ask(other).status_code == 200


def test_the_process_serves_a_folder(tmp_path: Path) -> None:
    (tmp_path / "oran").mkdir()
    places = "place,latitude,longitude,elevation_m,timezone\noran,35.69,-0.64,90,Africa/Algiers\n"
    (tmp_path / "places.csv").write_text(places, encoding="utf-8")
    days = "date,temperature_2m_max\n2022-01-01,17.5\n"
    (tmp_path / "oran" / "daily.csv").write_text(days, encoding="utf-8")
    port = any_free_port()
    command = [sys.executable, "-m", "collector", "recorded", "--data", str(tmp_path)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--port", str(port), "--today", "2022-01-05"], env=os.environ
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/health"), what="the server's start")
        content = httpx.get(
            f"{url}/v1/archive",
            params={
                "latitude": "35.69",
                "longitude": "-0.64",
                "daily": "temperature_2m_max",
                "start_date": "2022-01-01",
                "end_date": "2022-01-02",
            },
            trust_env=False,
        ).json()
        assert content["daily"]["temperature_2m_max"] == [17.5, None]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) in {0, -signal.SIGTERM}


def test_the_process_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "collector", "recorded", "--data", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 1
    assert "No recorded weather can be read from" in done.stderr
    assert "Traceback" not in done.stderr


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False
