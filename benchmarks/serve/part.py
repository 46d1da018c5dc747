"""Serving: requests a second beside a bare application and beside MLflow, reloads, memory."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.report import Report, Table
from benchmarks.serve.peers import bare_application, invocation, mlflow_server
from benchmarks.serve.promotions import Reloads, reloads
from benchmarks.serve.questions import FORECAST_PATH, get, histories, post, prediction
from benchmarks.serve.world import World, serving_world
from benchmarks.setting import Setting, Tick
from tests.integration.api.processes import TIMER_SECONDS, running_api, seconds_until

_ROUNDS, _SECONDS, _CONNECTIONS = 3, 5.0, 8
_MEBIBYTE = 2**20
#: A server that waits for its client more than this is not what was measured.
_LEAST_BUSY = 0.9

_NOTES = """
Asked in turn, three rounds each; the best round counts, for all of them alike. One process each.
The client is a process of its own, eight connections, one request on its way in each.
`busy` is the share of a core each took: a server near 1 was the limit, not its client; `µs each`
what a request took of it, which other work on the machine changes least.
Bare: an ASGI application on the same uvicorn with the same options that sends our answer's very
headers and body, whatever is asked: no limits, no ids, no counting, no look at what is asked.
MLflow: `mlflow models serve` with the same document, ONNX graph and code, one worker (its default).
Both are sent 500 different histories of 400 days in turn, so that nothing is answered from memory,
and answer seven days with both intervals of one variable.
Reloads: four processes, 100 promotions and rollbacks under 200 requests a second, from commit to
the first answer of the last process.
"""


@dataclass(frozen=True)
class Run:
    """What a client saw of a server in a round, and how much both worked."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    client_busy: float
    server_busy: float


@dataclass(frozen=True)
class Peer:
    """A server, and the file of what it is asked."""

    name: str
    port: int
    pid: int
    requests: Path


def run(setting: Setting) -> Report:
    """Measure everything on one world."""
    with (
        tempfile.TemporaryDirectory(prefix="climate-bench-") as name,
        setting.steps("serve", 2 * 2 * _ROUNDS + 1) as tick,
        serving_world(Path(name)) as world,
    ):
        best, mebibytes = _loaded(world, Path(name), tick)
        followed = reloads(world)
        tick(f"reloads: median {followed.median_ms:.0f} ms")
    return Report(
        figures=_figures(best, mebibytes, followed),
        tables={"by_server": _table(best)},
        notes=_NOTES.strip().splitlines(),
        warnings=_warnings(best, followed),
    )


def _loaded(world: World, folder: Path, tick: Tick) -> tuple[dict[str, Run], float]:
    """Return the best round of each server, and what one of our processes weighs after them."""
    questions = histories(world.history, world.seen)
    with ExitStack() as stack:
        api = stack.enter_context(running_api(world.home, world.database_url, world.redis_url))
        seconds_until(lambda: api.epoch() is not None, at_most=TIMER_SECONDS)
        answer = api.client.get(FORECAST_PATH, headers={"Accept-Encoding": "identity"})
        bare = stack.enter_context(bare_application(folder, answer))
        mlflow = stack.enter_context(mlflow_server(folder, world.artifact, questions[0]))
        ask = _written(folder / "forecast.json", [get(FORECAST_PATH)])
        ours = [post("/api/v1/predict", prediction(one)) for one in questions]
        theirs = [post("/invocations", invocation(one)) for one in questions]
        pairs = (
            (Peer("forecast", api.port, api.pid, ask), Peer("bare", *bare, ask)),
            (
                Peer("predict", api.port, api.pid, _written(folder / "ours.json", ours)),
                Peer("mlflow", *mlflow, _written(folder / "theirs.json", theirs)),
            ),
        )
        best: dict[str, Run] = {}
        for pair in pairs:
            best |= _in_turn(pair, tick)
        return best, psutil.Process(api.pid).memory_info().rss / _MEBIBYTE


def _written(path: Path, requests: Sequence[str]) -> Path:
    path.write_text(json.dumps(requests), encoding="utf-8")
    return path


def _in_turn(peers: Sequence[Peer], tick: Tick) -> dict[str, Run]:
    """Return the best of several rounds of each server."""
    runs: dict[str, list[Run]] = {peer.name: [] for peer in peers}
    for _ in range(_ROUNDS):
        for peer in peers:
            found = _asked(peer)
            runs[peer.name].append(found)
            tick(f"{peer.name}: {found.requests_per_second:,.0f} requests/s")
    return {
        name: max(found, key=lambda one: one.requests_per_second) for name, found in runs.items()
    }


def _asked(peer: Peer) -> Run:
    """Ask a server as fast as it answers, by a client in a process of its own."""
    arguments = [str(peer.port), str(peer.requests), str(_CONNECTIONS), str(_SECONDS)]
    command = [sys.executable, "-m", "benchmarks.serve.load", *arguments]
    busy, started = _processor_seconds(peer.pid), time.monotonic()
    answer = subprocess.run(  # noqa: S603 - ours
        command, stdout=subprocess.PIPE, text=True, check=True, timeout=_SECONDS + 60
    )
    elapsed = time.monotonic() - started
    found = json.loads(answer.stdout)
    worked = _processor_seconds(peer.pid) - busy
    return Run(**found, server_busy=worked / min(elapsed, _SECONDS))


def _processor_seconds(pid: int) -> float:
    """Return what a process and its children have worked."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def _figures(best: dict[str, Run], mebibytes: float, followed: Reloads) -> dict[str, float]:
    def ratio(ours: str, theirs: str) -> float:
        return round(best[ours].requests_per_second / best[theirs].requests_per_second, 3)

    return {
        "ratio_to_bare_asgi": ratio("forecast", "bare"),
        "ratio_to_mlflow_serve": ratio("predict", "mlflow"),
        "p99_ms_forecast": round(best["forecast"].p99_ms, 2),
        "reload_median_ms": round(followed.median_ms, 1),
        "reload_failed_requests": followed.failed,
        "rss_mb_per_process": round(mebibytes, 1),
        **{
            f"requests_per_second_{name}": round(one.requests_per_second)
            for name, one in best.items()
        },
    }


def _table(best: dict[str, Run]) -> Table:
    columns = (
        "server",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "failed",
        "busy",
        "µs each",
        "client busy",
    )
    rows = [
        (
            name,
            round(one.requests_per_second),
            one.p50_ms,
            one.p99_ms,
            one.failed,
            one.server_busy,
            round(1e6 * one.server_busy / one.requests_per_second, 1),
            one.client_busy,
        )
        for name, one in best.items()
    ]
    return Table("Best of three rounds each", columns, rows)


def _warnings(best: dict[str, Run], followed: Reloads) -> list[str]:
    found = [f"{one.failed} requests to {name} failed." for name, one in best.items() if one.failed]
    found += [
        f"{name} was busy for {one.server_busy:.0%} of the time only: its client was the limit."
        for name, one in best.items()
        if one.server_busy < _LEAST_BUSY
    ]
    if followed.failed:
        found.append(f"{followed.failed} requests failed during reloads.")
    return found
