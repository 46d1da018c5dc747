"""The cycle in containers: whatever is killed, forecasts go on and nothing is lost."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event

import httpx
import pytest

from shared.contracts.jobs import JobKind
from tests.compose.conftest import TRAINING_SECONDS
from tests.support.containers import Containers
from tests.support.database import SITE_ID
from tests.support.stack import eventually

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]

#: All that stay up; `migrate` has done its work and is gone.
SERVICES = (
    "collector",
    "trainer",
    "registry-gate",
    "scheduler",
    "flower",
    "mlflow",
    "redis",
    "postgres",
)
RECOVERY_SECONDS = 120

#: What exists once and for all; no row of it may go.
KEPT = ("observations", "promotions", "candidates", "decisions", "events")


def counts(system: Containers) -> dict[str, int]:
    """Return how much there is of all that must not be lost."""
    columns = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in KEPT)  # noqa: S608 - our own
    (found,) = system.rows(f"SELECT {columns}")
    return found


def is_back(system: Containers, service: str, former_pid: int) -> bool:
    """Say whether a service runs as another process, and is well where it can tell."""
    state = system.container(service)["State"]
    health = state.get("Health", {"Status": "healthy"})["Status"]
    return bool(state["Running"]) and state["Pid"] != former_pid and health == "healthy"


@contextmanager
def asking(system: Containers) -> Iterator[list[str]]:
    """Ask for forecasts five times a second; yield what went wrong."""
    failures: list[str] = []
    is_over = Event()

    def ask() -> int:
        asked = 0
        while not is_over.wait(0.2):
            asked += 1
            try:
                answer = system.forecast(site=SITE_ID)
                if not answer.is_success:
                    failures.append(f"{answer.status_code}: {answer.text[:200]}")
            except httpx.HTTPError as error:
                failures.append(repr(error))
        return asked

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)
        try:
            yield failures
        finally:
            is_over.set()
    assert asked.result() > 0


def training_is_over(system: Containers, training_id: str) -> bool:
    """Say whether the whole chain of a training is done, up to the gate; it must not fail."""
    chain = f"SELECT correlation_id FROM jobs WHERE job_id = '{training_id}'"  # noqa: S608
    rows = system.rows(f"SELECT kind, state FROM jobs WHERE correlation_id = ({chain})")  # noqa: S608
    assert not [row for row in rows if row["state"] == "dead"], rows
    return (JobKind.GATE in {row["kind"] for row in rows}) and all(
        row["state"] == "done" for row in rows
    )


def test_forecast_is_made_of_what_was_imported(trained: Containers) -> None:
    answer = trained.forecast(site=SITE_ID).raise_for_status().json()
    assert answer["provenance"] == "imported"
    assert answer["models"]["temperature_2m_max"]["served_by"] == "champion"
    assert len(answer["daily"]["temperature_2m_max"]) == 7


def test_forecasts_go_on_whatever_is_killed_during_a_training(trained: Containers) -> None:
    before = counts(trained)
    (training_id,) = trained.request_training(SITE_ID)
    with asking(trained) as failures:
        for service in SERVICES:
            pid = trained.container(service)["State"]["Pid"]
            trained.crash(service)
            eventually(
                partial(is_back, trained, service, pid),
                what=f"the return of {service}",
                within=RECOVERY_SECONDS,
            )
            assert not failures, f"{service}: {failures}"
        eventually(
            lambda: training_is_over(trained, training_id),
            what="the end of the training",
            within=TRAINING_SECONDS,
            pause=3,
        )
    assert not failures
    after = counts(trained)
    assert all(after[table] >= before[table] for table in KEPT)
    assert after["observations"] == before["observations"]
    done_twice = "SELECT training_id, variable, family FROM contenders GROUP BY 1, 2, 3"
    assert not trained.rows(f"{done_twice} HAVING count(*) > 1")


def test_api_serves_the_same_champions_soon_after_it_was_killed(trained: Containers) -> None:
    served = trained.forecast(site=SITE_ID).json()["models"]
    trained.crash("api")
    killed_at = time.monotonic()

    def answer() -> dict[str, object] | None:
        try:
            found = trained.forecast(site=SITE_ID)
        except httpx.HTTPError:
            return None
        return found.json()["models"] if found.is_success else None

    again = eventually(answer, what="an answer of the API", within=60)
    assert again == served
    assert time.monotonic() - killed_at < 60


def test_data_survive_down_and_up(trained: Containers) -> None:
    before, served = counts(trained), trained.forecast(site=SITE_ID).json()["models"]
    trained.run("make", "down")
    assert not trained.compose("ps", "--all", "--quiet").split()
    trained.up()
    after = counts(trained)
    assert all(after[table] >= before[table] for table in KEPT)
    assert trained.forecast(site=SITE_ID).json()["models"] == served
    assert "All is well." in trained.verify(wait=60)
