"""What takes part: PostgreSQL as the native stack runs it, and a provider that answers at once."""

import csv
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from benchmarks.processes import answers, running
from collector.simulator.weather import simulate_places
from collector.stand_in.query import Place
from local.ports import any_free_port
from local.servers.postgres import Postgres, ensure_database, execute
from shared.adapters.migrations import migrate
from shared.forecasting.variables import Variable

# Recordings are few, so that their answers are prepared; sites are copies, a few days late.
_RECORDED = tuple(Place(float(latitude), 170.0, 100.0) for latitude in range(-60, 61, 20))
_DATABASE = "climate"


@contextmanager
def postgres(folder: Path) -> Iterator[Callable[[], str]]:
    """Run PostgreSQL, durable as in use; yield what makes an empty database, for its address."""
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    server = Postgres(folder / "postgres", any_free_port(), password)
    server.initialise()
    log = folder / "postgres.log"
    with running(server.command(), server.is_ready, log, stop=server.stop_signal):
        yield lambda: _empty_database(server)


def _empty_database(server: Postgres) -> str:
    execute(server.url(), f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
    ensure_database(server, _DATABASE)
    migrate(server.url(_DATABASE))
    return server.url(_DATABASE)


@contextmanager
def provider(folder: Path, first: date, last: date) -> Iterator[str]:
    """Run the server of recorded weather, every variable on every day; return its address."""
    data = folder / "recorded"
    _write_recordings(data, first - timedelta(days=7), last)
    port = any_free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "collector", "recorded", "--data", str(data), "--copies"]
    ready = answers(f"{url}/health")
    with running([*command, "--port", str(port)], ready, folder / "provider.log"):
        yield url


def _write_recordings(folder: Path, first: date, last: date) -> None:
    """Write simulated weather as recordings."""
    weather = simulate_places(_RECORDED, first, last)
    n_days = (last - first).days + 1
    days = [(first + timedelta(number)).isoformat() for number in range(n_days)]
    places = []
    for number, place in enumerate(_RECORDED):
        name = f"recording-{number}"
        places.append((name, *place, "Etc/UTC"))
        columns = [weather[variable][number].tolist() for variable in Variable]
        rows = zip(days, *columns, strict=True)
        _write(folder / name / "daily.csv", ("date", *Variable), rows)
    columns_of_places = ("place", "latitude", "longitude", "elevation_m", "timezone")
    _write(folder / "places.csv", columns_of_places, places)


def _write(path: Path, header: Sequence[str], rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)  # type: ignore[arg-type]
