#!/usr/bin/env python3
"""Checks a running system from outside, end to end; exit code 0 only if all is well.

    python3 verify_deployment.py                            what runs on this machine
    python3 verify_deployment.py --url https://example.org  what runs elsewhere

Plain Python, nothing to install. It asks as a user would: every service, the schedule, a round trip
through each queue, a forecast with its provenance, whether the newest promotion is what is served,
the login of the task monitor, and whether everything else is closed. It changes nothing.
"""

import argparse
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
API = "/api/v1"
WORKERS = ("collector", "trainer", "registry-gate")
TEMPERATURES = ("temperature_2m_max", "temperature_2m_min", "temperature_2m_mean")
DAYS = 7
FLOWER_USER = "climate"
NOT_PUBLISHED = "no port"
#: What must not be open to others: the protocol decides how it says that it is locked.
DOORS = {"postgres": 5432, "redis": 6379, "mlflow": 5000}

ANSWER_SECONDS = 10.0
#: So long a schedule may take to show itself: many times its interval.
SCHEDULE_SECONDS = 60.0
#: So long what the API leans on may take to come back, or to be asked a first time.
DEPENDENCY_SECONDS = 60.0
PAUSE_SECONDS = 2.0


class NotWell(Exception):
    """A check's answer is no; the text says what was found."""


class NotAsked(Exception):
    """A check cannot be made from here; the text says why."""


@dataclass(frozen=True)
class Deployment:
    """Where a system can be reached, as far as it is known.

    Attributes
    ----------
    kind : str
        How it runs: native, compose, or elsewhere.
    doors : dict of str to int or None
        Ports on the host of `url` that must be closed or locked; None: known to be on no host.
    """

    kind: str
    url: str
    flower_url: str | None = None
    flower_password: str | None = None
    doors: dict[str, int | None] = field(default_factory=lambda: dict(DOORS))

    @property
    def host(self) -> str:
        """The host the API is on."""
        return urllib.parse.urlsplit(self.url).hostname or "127.0.0.1"


@dataclass(frozen=True)
class Finding:
    """What became of a check; `is_well` is None where it could not be made."""

    check: str
    is_well: bool | None
    found: str
    seconds: float


# ── what runs here ──────────────────────────────────────────────────────────────────────────────


def native(home: Path) -> Deployment | None:
    """Return the native stack that was last started in a folder."""
    try:
        ports: dict[str, int] = json.loads((home / "stack.json").read_text("utf-8"))["ports"]
    except (OSError, ValueError, KeyError):
        return None
    return Deployment(
        "native",
        f"http://127.0.0.1:{ports['api']}",
        f"http://127.0.0.1:{ports['flower']}",
        read(home / "secrets" / "flower_password"),
        # MLflow has no login here: it listens to this machine alone.
        {name: ports[name] for name in ("postgres", "redis")},
    )


def compose() -> Deployment | None:
    """Return what `make up` starts, by the settings that compose reads as well."""
    text = read(HERE / os.environ.get("COMPOSE_ENV_FILES", ".env"))
    if text is None:
        return None
    lines = [line for line in text.splitlines() if "=" in line and line[0] != "#"]
    settings = dict(line.split("=", 1) for line in lines) | os.environ
    folder = HERE / settings.get("CLIMATE_SECRETS", ".secrets")
    api, flower = (
        f"http://127.0.0.1:{settings.get(name, default)}"
        for name, default in (("CLIMATE_API_PORT", "8000"), ("CLIMATE_FLOWER_PORT", "5555"))
    )
    doors = {name: published(name, port) for name, port in DOORS.items()}
    return Deployment("compose", api, flower, read(folder / "flower_password"), doors)


def published(service: str, port: int) -> int | None:
    """Return where on this machine the engine has opened a port of a service, or None if nowhere.

    What listens at the usual port may be somebody else's. Where the engine does not say, it is
    looked at all the same.
    """
    docker = shutil.which("docker")
    if docker is None:
        return port
    asked = [docker, "compose", "port", service, str(port)]
    told = subprocess.run(asked, cwd=HERE, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    if told.returncode:
        return None if NOT_PUBLISHED in told.stderr else port
    return int(told.stdout.strip().rpartition(":")[2] or 0) or None


def read(path: Path) -> str | None:
    """Return the text of a file, or None if there is none to be read."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return None


def find_deployment(asked: argparse.Namespace) -> Deployment:
    """Return what is to be checked: what was asked for, else what answers on this machine."""
    password = read(asked.flower_password_file) if asked.flower_password_file else None
    if asked.url:
        return Deployment("elsewhere", asked.url.rstrip("/"), asked.flower_url, password)
    usual = Deployment("elsewhere", "http://127.0.0.1:8000", asked.flower_url, password)
    known = [one for one in (compose(), None if asked.compose else native(asked.home)) if one]
    answering = [one for one in known if answers(one)]
    return (answering or known or [usual])[0]


def answers(deployment: Deployment) -> bool:
    """Say whether an API answers there."""
    try:
        return get(f"{deployment.url}/health/live")[0] == HTTPStatus.OK
    except NotWell:
        return False


# ── asking ──────────────────────────────────────────────────────────────────────────────────────


def get(
    url: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: object = None
) -> tuple[int, Any]:
    """Ask once; return the status and the answer, read as JSON where it is.

    Raises
    ------
    NotWell
        Nothing answers there.
    """
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data, sent, method=method)  # noqa: S310 - the user's own
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as above
            return answer.status, parsed(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, parsed(error.read())
    except OSError as error:
        raise NotWell(f"{url} does not answer: {getattr(error, 'reason', error)}") from None


def parsed(body: bytes) -> Any:  # noqa: ANN401 - whatever was answered
    """Return an answer as JSON, or as nothing where it is something else."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def ask(url: str) -> Any:  # noqa: ANN401 - whatever was answered
    """Return what is answered with success; anything else is not well."""
    status, answer = get(url)
    if status != HTTPStatus.OK:
        detail = answer.get("detail") if isinstance(answer, dict) else None
        raise NotWell(f"answered with status {status}{f': {detail}' if detail else ''}")
    return answer


def until(deadline: float, look: Callable[[], str]) -> str:
    """Return what a look finds as soon as it is well; after the deadline what it found last."""
    while True:
        try:
            return look()
        except NotWell:
            if time.monotonic() >= deadline:
                raise
        time.sleep(PAUSE_SECONDS)


# ── the checks ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class Checks:
    """All checks on one deployment, in the order they are made.

    Attributes
    ----------
    patience : float
        Seconds a first forecast may take: the first training must end.
    """

    deployment: Deployment
    site: str | None
    patience: float

    def all(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Yield every check by name."""
        yield "api", self.api
        for name, dependency in (
            ("postgres", "database"),
            ("redis", "redis"),
            ("mlflow", "mlflow"),
        ):
            yield name, partial(self.dependency, dependency)
        yield "migrate", self.migrated
        yield "scheduler", self.schedule
        for worker in WORKERS:
            yield worker, partial(self.round_trip, worker)
        yield "forecast", self.forecast
        yield "promotion", self.promotion
        yield "flower", self.flower
        yield "orders", self.orders_are_locked
        for name, port in self.deployment.doors.items():
            yield f"{name} closed", partial(self.closed, name, port)

    def api(self) -> str:
        """Check that the API is alive and ready."""
        ask(f"{self.deployment.url}/health/live")
        ready = f"{self.deployment.url}/health/ready"
        return self.wait(lambda: str(ask(ready)["status"]), DEPENDENCY_SECONDS)

    def dependency(self, name: str) -> str:
        """Check that the API reaches what it leans on."""

        def look() -> str:
            found = ask(f"{self.deployment.url}/health")["dependencies"][name]
            if found["status"] != "ok":
                raise NotWell(found.get("error") or f"{found['status']}: never answered yet")
            return "answers"

        return self.wait(look, DEPENDENCY_SECONDS)

    def migrated(self) -> str:
        """Check that the tables are there, and the default site in them."""
        sites = ask(f"{self.deployment.url}{API}/sites")
        if not sites:
            raise NotWell("there is no site; the migrations have not run")
        return f"{len(sites)} site{'s'[: len(sites) != 1]}"

    def schedule(self) -> str:
        """Check that the scheduler's ticks reach the workers, one after the other."""
        first = self.tick("collector")
        started = time.monotonic()

        def look() -> str:
            if self.tick("collector") == first:
                raise NotWell("no tick arrives: is the scheduler running?")
            return f"ticks arrive, one within {time.monotonic() - started:.0f} s"

        return self.wait(look, SCHEDULE_SECONDS)

    def round_trip(self, worker: str) -> str:
        """Check that a message goes from the scheduler through the queue to the database."""
        first = self.tick(worker)
        started = time.monotonic()

        def look() -> str:
            if self.tick(worker) in {None, first}:
                raise NotWell(f"no tick comes back; the last one came back {first or 'never'}")
            return f"scheduler, queue, worker, database in {time.monotonic() - started:.0f} s"

        # A single trainer answers between two fits.
        return self.wait(look, max(SCHEDULE_SECONDS, self.patience))

    def tick(self, worker: str) -> str | None:
        """Return when a worker last answered."""
        found = ask(f"{self.deployment.url}{API}/workers")
        times: dict[str, str | None] = {one["service"]: one["last_tick_at"] for one in found}
        return times.get(worker)

    def forecast(self) -> str:
        """Check that a champion forecasts seven days, and says what that is made of."""

        def look() -> str:
            found = self.forecast_of(self.chosen_site())
            return (
                f"{found['site']} from {found['reference_time']}, {found['provenance']}; maximum "
                f"{found['daily'][TEMPERATURES[0]][0]} by model "
                f"{found['models'][TEMPERATURES[0]]['model_version']}"
            )

        return self.wait(look, self.patience)

    def forecast_of(self, site: str) -> dict[str, Any]:
        """Return the forecast of a site; anything missing in it is not well."""
        daily = ",".join(TEMPERATURES)
        found: dict[str, Any] = ask(
            f"{self.deployment.url}{API}/forecast?site={site}&daily={daily}"
        )
        if not found.get("provenance"):
            raise NotWell(f"{site} has no observations yet")
        for name in TEMPERATURES:
            made_by = found["models"][name]
            if made_by["served_by"] != "champion":
                raise NotWell(f"{name} is served by {made_by['served_by']}: no champion yet")
            series = [found["daily"][f"{name}{end}"] for end in ("_lower_80", "", "_upper_80")]
            for low, middle, high in zip(*series, strict=True):
                if not low <= middle <= high:
                    raise NotWell(f"{name}: {middle} lies outside its interval {low} to {high}")
            if len(series[1]) != DAYS:
                raise NotWell(f"{name} has {len(series[1])} days, not {DAYS}")
        return found

    def promotion(self) -> str:
        """Check that the newest promotion the database knows of is what is served."""
        site = self.chosen_site()

        def look() -> str:
            served = self.forecast_of(site)["models"]
            epochs = []
            for name in TEMPERATURES:
                card = ask(f"{self.deployment.url}{API}/models/{site}/{name}")
                newest = max((one["epoch"] for one in card["promotions"]), default=None)
                if newest != served[name]["epoch"]:
                    raise NotWell(f"{name}: {newest} is promoted, {served[name]['epoch']} served")
                epochs.append(newest)
            return f"epochs {', '.join(map(str, epochs))} are promoted and served"

        return self.wait(look, SCHEDULE_SECONDS)

    def chosen_site(self) -> str:
        """Return the site asked for, else the first."""
        return self.site or str(ask(f"{self.deployment.url}{API}/sites")[0]["site"])

    def flower(self) -> str:
        """Check that the task monitor opens to its login alone."""
        url, password = self.deployment.flower_url, self.deployment.flower_password
        if url is None:
            raise NotAsked("give its address by --flower-url")
        closed, _ = get(f"{url}/workers")
        if closed != HTTPStatus.UNAUTHORIZED:
            raise NotWell(f"without a login it answered with status {closed}, not 401")
        if password is None:
            raise NotAsked("closed without a login; to try it, give --flower-password-file")
        word = base64.b64encode(f"{FLOWER_USER}:{password}".encode()).decode()
        opened, _ = get(f"{url}/workers", headers={"Authorization": f"Basic {word}"})
        if opened != HTTPStatus.OK:
            raise NotWell(f"with its login it answered with status {opened}")
        return "closed without its login, open with it"

    def orders_are_locked(self) -> str:
        """Nothing can be asked to change without a key."""
        url = f"{self.deployment.url}{API}/train"
        status, _ = get(url, method="POST", body={"site": self.chosen_site()})
        if status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise NotWell(f"a training without a key was answered with status {status}")
        return f"refused without a key ({status})"

    def closed(self, name: str, port: int | None) -> str:
        """Check that a server behind the API is out of reach, or asks for a password."""
        if port is None:
            return "publishes no port"
        host = self.deployment.host
        try:
            with socket.create_connection((host, port), timeout=3) as door:
                door.settimeout(3)
                is_locked = LOCKS[name](door)
        except ConnectionRefusedError:
            return f"nothing listens at {host}:{port}"
        except OSError as error:  # a firewall leaves one waiting
            return f"nothing answers at {host}:{port} ({type(error).__name__})"
        if not is_locked:
            raise NotWell(f"what listens at {host}:{port} lets anybody in")
        return f"what listens at {host}:{port} asks for a password"

    def wait(self, look: Callable[[], str], seconds: float) -> str:
        """Look again and again until it is well, or for so long."""
        return until(time.monotonic() + seconds, look)


def postgres_is_locked(door: socket.socket) -> bool:
    """Say whether a PostgreSQL server wants a password: message R that is not "welcome" (0)."""
    parameters = b"user\0climate\0database\0climate\0\0"
    message = (196608).to_bytes(4, "big") + parameters  # protocol 3.0
    door.sendall((len(message) + 4).to_bytes(4, "big") + message)
    answer = door.recv(9)
    return not (answer[:1] == b"R" and answer[5:9] == bytes(4))


def redis_is_locked(door: socket.socket) -> bool:
    """Say whether a Redis server refuses a stranger."""
    door.sendall(b"PING\r\n")
    return not door.recv(64).startswith(b"+PONG")


def mlflow_is_locked(door: socket.socket) -> bool:
    """Say whether an MLflow server refuses a stranger."""
    path = "/api/2.0/mlflow/registered-models/search?max_results=1"
    door.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost:5000\r\n\r\n".encode())
    return b" 200 " not in door.recv(64).split(b"\r\n")[0]


LOCKS: dict[str, Callable[[socket.socket], bool]] = {
    "postgres": postgres_is_locked,
    "redis": redis_is_locked,
    "mlflow": mlflow_is_locked,
}


# ── telling ─────────────────────────────────────────────────────────────────────────────────────


def carry_out(name: str, check: Callable[[], str]) -> Finding:
    """Make one check; whatever the answer looks like, there is a finding."""
    started = time.monotonic()
    is_well: bool | None = False
    try:
        found, is_well = check(), True
    except NotAsked as reason:
        found, is_well = str(reason), None
    except NotWell as reason:
        found = str(reason)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        found = f"the answer is not what it should be ({type(error).__name__}: {error})"
    return Finding(name, is_well, found, round(time.monotonic() - started, 2))


def tell(finding: Finding) -> None:
    """Print a finding as a line of a table."""
    mark = {True: "ok", False: "FAILED", None: "-"}[finding.is_well]
    sys.stdout.write(f"{finding.check:16} {mark:7} {finding.seconds:6.1f} s  {finding.found}\n")
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", help="address of the API; default: what runs on this machine")
    parser.add_argument("--compose", action="store_true", help="the containers of `make up` alone")
    parser.add_argument("--flower-url", help="address of the task monitor, if it can be reached")
    parser.add_argument("--flower-password-file", type=Path)
    parser.add_argument("--home", type=Path, default=HERE / ".data", help="of a native stack")
    parser.add_argument("--site", help="whose forecast to ask for; default: the first")
    parser.add_argument(
        "--wait", type=float, default=60, metavar="SECONDS", help="for the first forecast"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for a machine to read")
    return parser.parse_args()


def main() -> int:
    """Make every check; return the exit code."""
    asked = arguments()
    deployment = find_deployment(asked)
    if not asked.json:
        sys.stdout.write(f"Checking {deployment.url} ({deployment.kind})\n\n")
    findings = []
    for name, check in Checks(deployment, asked.site, asked.wait).all():
        findings.append(carry_out(name, check))
        if not asked.json:
            tell(findings[-1])
        if name == "api" and not findings[-1].is_well:
            break  # whatever else there is to know is asked through it
    failed = [one.check for one in findings if one.is_well is False]
    if asked.json:
        told = {"url": deployment.url, "kind": deployment.kind, "is_well": not failed}
        told |= {"checks": [asdict(one) for one in findings]}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        sys.stdout.write(f"\nNot well: {', '.join(failed)}.\n" if failed else "\nAll is well.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
