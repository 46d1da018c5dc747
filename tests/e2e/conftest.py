"""One native stack for the whole tier: the cycle is walked once, and looked at from all sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from shared.adapters.tables import events, jobs
from shared.contracts.events import EventType
from tests.support.data import REAL_WEATHER
from tests.support.database import SITE_ID
from tests.support.stack import NativeStack, eventually, native_stack

TRIALS = {"CLIMATE_TRAINER_TRIALS": "3"}


@dataclass(frozen=True)
class Observed:
    """The observations a cycle starts from, and what an answer must say of them."""

    source: str
    provenance: str
    last_date: date | None


@pytest.fixture(scope="session")
def observed(pytestconfig: pytest.Config) -> Observed:
    """Choose real observations where they are, else simulated ones, and say which."""
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    if REAL_WEATHER.exists():
        # Its last day, see the data's own description: 2018-01-01 to 2025-12-31 with a gap.
        return Observed("none", "imported", date(2025, 12, 31))
    if reporter is not None:
        reporter.write_line(f"end to end on SIMULATED weather: there is no {REAL_WEATHER}")
    return Observed("simulated", "simulated", None)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, observed: Observed) -> Iterator[NativeStack]:
    """Run a stack of its own."""
    folder = tmp_path_factory.mktemp("stack")
    with native_stack(folder, observed.source, **TRIALS) as running:
        yield running


@pytest.fixture(scope="session")
def trained(stack: NativeStack, observed: Observed) -> NativeStack:
    """Walk the first cycle: observations, training, gate."""
    if observed.source == "none":
        stack.climate("import", str(REAL_WEATHER), "--site", SITE_ID)
    else:
        is_collected = select(events.c.position).where(
            events.c.type == EventType.OBSERVATIONS_COLLECTED
        )
        eventually(lambda: stack.rows(is_collected), what="the first collection", within=120)
    stack.climate("train", SITE_ID, "--wait", timeout=600)
    wait_for_idle(stack)
    return stack


def wait_for_idle(stack: NativeStack) -> None:
    """Wait for the end of all work: the trainer may have begun a training by itself as well."""
    unfinished = select(jobs.c.job_id).where(jobs.c.state.in_(("queued", "running")))
    eventually(lambda: not stack.rows(unfinished), what="the end of all work", within=600)
