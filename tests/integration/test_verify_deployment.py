"""`verify_deployment.py` against a stand-in of a system: it finds each thing that is wrong."""

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

import verify_deployment
from verify_deployment import TEMPERATURES

PASSWORD = "the password"  # noqa: S105 - of the stand-in
BASIC = "Basic Y2xpbWF0ZTp0aGUgcGFzc3dvcmQ="  # climate:the password
API = "/api/v1"


def forecast() -> dict[str, Any]:
    """Return a forecast as the API gives it, as far as it is looked at."""
    daily = {name + end: [n] * 7 for name in TEMPERATURES for end, n in ENDS.items()}
    model = {"served_by": "champion", "model_version": "7", "epoch": 3}
    return {
        "site": "marrakech",
        "reference_time": "2026-11-29",
        "provenance": "imported",
        "daily": daily,
        "models": {name: dict(model) for name in TEMPERATURES},
    }


ENDS = {"_lower_80": 11.0, "": 12.0, "_upper_80": 13.0}


@dataclass
class System:
    """What the stand-in answers; a test breaks one thing in it."""

    answers: dict[str, Any] = field(default_factory=dict)
    orders: HTTPStatus = HTTPStatus.UNAUTHORIZED
    opens_to_all: bool = False
    ticks_stand_still: bool = False
    _ticks: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        """Be well."""
        well = {"status": "ok"}
        self.answers = {
            "/health/live": well,
            "/health/ready": well,
            "/health": {"dependencies": dict.fromkeys(("database", "redis", "mlflow"), well)},
            f"{API}/sites": [{"site": "marrakech"}],
            f"{API}/forecast": forecast(),
        } | {f"{API}/models/marrakech/{name}": promoted(3) for name in TEMPERATURES}

    def workers(self) -> list[dict[str, str]]:
        """Return when each worker last answered: a moment later each time, if all is well."""
        tick = "never" if self.ticks_stand_still else str(next(self._ticks))
        return [{"service": name, "last_tick_at": tick} for name in verify_deployment.WORKERS]


def promoted(epoch: int) -> dict[str, Any]:
    """Return the card of a model."""
    return {"promotions": [{"epoch": epoch - 1}, {"epoch": epoch}]}


class Answers(BaseHTTPRequestHandler):
    """The API and the task monitor in one."""

    system: ClassVar[System]

    def do_GET(self) -> None:
        """Answer a question."""
        path = self.path.partition("?")[0]
        if path == "/workers":
            is_known = self.headers.get("Authorization") == BASIC or self.system.opens_to_all
            self._send(HTTPStatus.OK if is_known else HTTPStatus.UNAUTHORIZED, {})
        elif path == f"{API}/workers":
            self._send(HTTPStatus.OK, self.system.workers())
        elif path in self.system.answers:
            self._send(HTTPStatus.OK, self.system.answers[path])
        else:
            self._send(HTTPStatus.NOT_FOUND, {"detail": f"no {path}"})

    def do_POST(self) -> None:
        """Answer an order."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.system.orders, {})

    def _send(self, status: HTTPStatus, answer: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep quiet."""


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    """Serve for as long as the block lasts; yields the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[index,misc]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def system() -> System:
    """Return a system that is well."""
    return System()


@pytest.fixture
def url(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the system; what is not well is looked at once more and not for a minute."""
    monkeypatch.setattr(verify_deployment, "SCHEDULE_SECONDS", 0.05)
    monkeypatch.setattr(verify_deployment, "PAUSE_SECONDS", 0.01)
    handler = type("Ours", (Answers,), {"system": system})
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def verify(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> "Verify":
    """Return a way to run the program as a user does."""
    password = tmp_path / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    return Verify(url, password, monkeypatch, capsys)


@dataclass(frozen=True)
class Verify:
    """A run of the program: its exit code, and what it found by check."""

    url: str
    password: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """Run it with `--json`."""
        flower = ("--flower-url", self.url, "--flower-password-file", str(self.password))
        line = ("verify_deployment.py", "--url", self.url, *flower, "--wait", "0", "--json", *more)
        self.monkeypatch.setattr(sys, "argv", list(line))
        code = verify_deployment.main()
        told = json.loads(self.capsys.readouterr().out)
        return code, {one["check"]: one for one in told["checks"]}

    def failed(self) -> set[str]:
        """Return which checks found something wrong; the exit code must say the same."""
        code, found = self()
        failed = {name for name, one in found.items() if one["is_well"] is False}
        assert code == bool(failed)
        return failed


@pytest.fixture(autouse=True)
def _closed_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for servers where there are none: the usual ports may be somebody else's here."""
    monkeypatch.setattr(verify_deployment, "DOORS", dict.fromkeys(verify_deployment.DOORS, 1))


def test_well_system_passes_every_check(verify: Verify) -> None:
    code, found = verify()
    assert code == 0
    assert {one["is_well"] for one in found.values()} == {True}
    assert {"scheduler", "collector", "trainer", "registry-gate", "promotion"} <= found.keys()


def test_worker_that_does_not_answer_is_found(system: System, verify: Verify) -> None:
    system.ticks_stand_still = True
    assert verify.failed() == {"scheduler", "collector", "trainer", "registry-gate"}


def test_dependency_that_is_down_is_found(
    system: System, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_deployment, "DEPENDENCY_SECONDS", 0)
    down = {"status": "down", "error": "cut off"}
    system.answers["/health"]["dependencies"]["redis"] = down
    assert verify.failed() == {"redis"}


def test_promotion_that_is_not_served_is_found(system: System, verify: Verify) -> None:
    system.answers[f"{API}/models/marrakech/{TEMPERATURES[1]}"] = promoted(4)
    assert verify.failed() == {"promotion"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("served_by", "climatology"), ("served_by", "previous")],
)
def test_forecast_not_by_the_champion_is_found(
    system: System, verify: Verify, name: str, value: str
) -> None:
    system.answers[f"{API}/forecast"]["models"][TEMPERATURES[0]][name] = value
    assert "forecast" in verify.failed()


@pytest.mark.parametrize("upper", [[11.0] * 7, [13.0] * 6])
def test_forecast_outside_its_interval_or_too_short_is_found(
    system: System, verify: Verify, upper: list[float]
) -> None:
    system.answers[f"{API}/forecast"]["daily"][f"{TEMPERATURES[0]}_upper_80"] = upper
    assert "forecast" in verify.failed()


def test_order_that_needs_no_key_is_found(system: System, verify: Verify) -> None:
    system.orders = HTTPStatus.ACCEPTED
    assert verify.failed() == {"orders"}


def test_task_monitor_open_to_all_is_found(system: System, verify: Verify) -> None:
    system.opens_to_all = True
    assert verify.failed() == {"flower"}


@pytest.mark.parametrize(
    ("name", "welcome", "refusal"),
    [
        ("redis", b"+PONG\r\n", b"-NOAUTH Authentication required.\r\n"),
        # R, length, and 0 for "signed in" or 10 for "by SASL, please".
        ("postgres", b"R\0\0\0\x08\0\0\0\0", b"R\0\0\0\x17\0\0\0\x0a"),
        ("mlflow", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 401 Unauthorized\r\n\r\n"),
    ],
)
def test_server_that_lets_anybody_in_is_found_and_one_that_does_not_is_well(
    verify: Verify, monkeypatch: pytest.MonkeyPatch, name: str, welcome: bytes, refusal: bytes
) -> None:
    for answer, failed in ((welcome, {f"{name} closed"}), (refusal, set())):
        with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), says(answer))) as port:
            monkeypatch.setitem(verify_deployment.DOORS, name, port)
            assert verify.failed() == failed


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo 127.0.0.1:15432", 15432),
        ("echo no port 5432/tcp for container climate-postgres-1: >&2; exit 1", None),
        ("echo :0", None),
        ("echo the engine is not running >&2; exit 1", 5432),
    ],
)
def test_engine_is_asked_where_a_container_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, found: int | None
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert verify_deployment.published("postgres", 5432) == found


def says(answer: bytes) -> type[socketserver.BaseRequestHandler]:
    """Return what gives one answer to whoever says something."""

    class Says(socketserver.BaseRequestHandler):
        """Hears and answers."""

        def handle(self) -> None:
            """Answer."""
            self.request.recv(200)
            self.request.sendall(answer)

    return Says


def test_system_that_is_not_there_is_told_in_a_sentence_and_at_once(verify: Verify) -> None:
    code, found = verify("--url", "http://127.0.0.1:1")
    assert code == 1
    assert found.keys() == {"api"}
    assert "http://127.0.0.1:1/health/live does not answer" in found["api"]["found"]


def test_what_a_user_reads_names_what_is_not_well(
    system: System, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.orders = HTTPStatus.ACCEPTED
    line = ["verify_deployment.py", "--url", verify.url, "--wait", "0"]
    monkeypatch.setattr(sys, "argv", line)
    assert verify_deployment.main() == 1
    told = verify.capsys.readouterr().out
    assert told.endswith("Not well: orders.\n")
    # Nobody said where the task monitor is: not asked is not failed.
    assert "give its address by --flower-url" in told
