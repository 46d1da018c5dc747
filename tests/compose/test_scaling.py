"""Trainers side by side share the work: it ends sooner, and nothing is done twice.

`CLIMATE_COMPOSE_SITES=20` measures as many sites; the default keeps CI short.
"""

import os
import time
from dataclasses import dataclass

import pytest

from shared.contracts.jobs import FIT_KINDS, JobKind
from tests.support.containers import Containers
from tests.support.database import SITE_ID
from tests.support.stack import eventually

pytestmark = [pytest.mark.compose, pytest.mark.timeout(7200)]

SITES = int(os.environ.get("CLIMATE_COMPOSE_SITES", "3"))
#: A machine that does much else needs so long; an idle one a quarter of it.
SECONDS_A_SITE = 300

#: Three trainers have a core each where there are so many; databases and gate take their part.
CORES = min(3, os.cpu_count() or 1)
WORTH_OF_A_CORE = 0.6
#: What side by side may cost more of the processors: caches are shared, and work is not repeated.
OVERHEAD = 1.5
#: The trainer is the first process of its container; utime and stime of proc(5), in ticks.
PROCESSOR_SECONDS = """
import os
fields = open("/proc/1/stat").read().rpartition(")")[2].split()
print((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
"""


def add_sites(system: Containers, prefix: str, *, south: float) -> list[str]:
    """Give new sites, too far apart to be neighbours, the observations of the first."""
    named = f"'{prefix}-' || n"
    numbers = f"generate_series(1, {SITES}) AS n"
    system.execute(
        f"""
        INSERT INTO sites (site_id, name, latitude, longitude, elevation, timezone, provenance)
        SELECT {named}, {named}, latitude - {south}, longitude + 4 * n, elevation, timezone,
               provenance
        FROM sites, {numbers} WHERE site_id = '{SITE_ID}';
        INSERT INTO observations
        SELECT (jsonb_populate_record(o, jsonb_build_object('site_id', {named}))).*
        FROM observations AS o, {numbers} WHERE o.site_id = '{SITE_ID}';
        """  # noqa: S608 - our own tables
    )
    return [f"{prefix}-{n}" for n in range(1, SITES + 1)]


@dataclass(frozen=True)
class Measured:
    """What a training took, on the clock and of the processors."""

    seconds: float
    processor_seconds: float

    def __str__(self) -> str:
        """Tell it in a phrase."""
        cores = self.processor_seconds / self.seconds
        return f"{self.seconds:.0f} s ({self.processor_seconds:.0f} of a core, {cores:.2f} cores)"


def scale(system: Containers, trainers: int) -> None:
    """Have so many trainers, as `make scale` does."""
    system.compose("up", "--detach", "--no-recreate", "--wait", "--scale", f"trainer={trainers}")


def train(system: Containers, sites: list[str], trainers: int) -> Measured:
    """Measure so many trainers, from the request to the gate's last decision."""
    scale(system, trainers)
    used = processor_seconds(system, trainers)
    started = time.monotonic()
    system.request_training(*sites)
    names = ", ".join(f"'{site}'" for site in sites)
    ours = f"FROM jobs WHERE site_id IN ({names})"
    unfinished = f"SELECT count(*) {ours} AND state IN ('queued', 'running')"
    gated = f"SELECT count(DISTINCT site_id) {ours} AND kind = '{JobKind.GATE}' AND state = 'done'"
    eventually(
        lambda: system.value(gated) == len(sites) and not system.value(unfinished),
        what="the end of all trainings",
        within=SECONDS_A_SITE * len(sites),
        pause=2,
    )
    return Measured(time.monotonic() - started, processor_seconds(system, trainers) - used)


def processor_seconds(system: Containers, trainers: int) -> float:
    """Return how long the trainers have had a core, all together."""
    each = ("exec", "-T", "--index")
    asked = ("trainer", "python", "-c", PROCESSOR_SECONDS)
    return sum(float(system.compose(*each, str(n), *asked)) for n in range(1, trainers + 1))


def complaints(system: Containers) -> str:
    """Return what the trainers have logged that is not mere information."""
    said = system.compose("logs", "--no-color", "trainer").splitlines()
    return "\n".join(line for line in said if '"info"' not in line)


def test_three_trainers_share_the_cores_and_do_nothing_twice(trained: Containers) -> None:
    alone = train(trained, add_sites(trained, "alone", south=20), 1)
    together = train(trained, add_sites(trained, "together", south=50), 3)
    scale(trained, 1)  # as the other tests expect to find it
    kinds = ", ".join(f"'{kind}'" for kind in FIT_KINDS.values())
    fits = trained.rows(
        "SELECT worker, count(*) AS fits, max(attempts) AS attempts FROM jobs WHERE "  # noqa: S608
        f"kind IN ({kinds}) AND site_id LIKE 'together-%' GROUP BY worker"
    )
    print(f"{SITES} sites: {alone} by one trainer, {together} by three; {fits}")  # noqa: T201
    assert len(fits) == 3
    assert {fit["attempts"] for fit in fits} == {1}, complaints(trained)
    done_twice = "SELECT training_id, variable, family FROM contenders GROUP BY 1, 2, 3"
    assert not trained.rows(f"{done_twice} HAVING count(*) > 1")
    assert together.processor_seconds < OVERHEAD * alone.processor_seconds
    assert alone.seconds / together.seconds > WORTH_OF_A_CORE * CORES
