"""The same days twice, in parallel and killed in the middle, by real processes: once in the end."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.observations import load_history
from shared.adapters.tables import events, jobs, observations, payloads, quality_findings
from shared.contracts.events import EventType
from shared.contracts.jobs import JobKind
from tests.support.collecting import START, YESTERDAY
from tests.support.database import SITE_ID, job_row
from tests.support.servers import wait_until

DAYS = (YESTERDAY - START).days + 1

pytestmark = pytest.mark.slow


@contextmanager
def worker(database_url: str, *job_ids: UUID) -> Iterator[subprocess.Popen[str]]:
    """Run a process that waits for the word to begin its jobs."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.support.collect_jobs", database_url, *map(str, job_ids)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def plan(sessions: SessionFactory, run: int = 0) -> UUID:
    with sessions.begin() as session:
        job_id = plan_job(
            session, kind=JobKind.COLLECT, site_id=SITE_ID, logical_date=YESTERDAY, run=run
        )
    assert job_id is not None
    return job_id


def count(sessions: SessionFactory) -> dict[str, int]:
    """Count what a collection leaves behind."""
    told = events.c.type == EventType.OBSERVATIONS_COLLECTED
    queries = {
        "revisions": select(func.count()).select_from(observations),
        "events": select(func.count()).select_from(events).where(told),
        "findings": select(func.count()).select_from(quality_findings),
        "payloads": select(func.count()).select_from(payloads),
    }
    with sessions.begin() as session:
        return {name: int(session.execute(query).scalar_one()) for name, query in queries.items()}


def assert_all_there_once(sessions: SessionFactory) -> None:
    left = count(sessions)
    assert (left["revisions"], left["events"]) == (DAYS, 1)
    with sessions.begin() as session:
        assert load_history(session, SITE_ID).n_days == DAYS


def test_same_days_from_two_workers_at_once_are_stored_once(
    sessions: SessionFactory, database_url: str
) -> None:
    first, second = plan(sessions), plan(sessions, run=1)
    with worker(database_url, first) as one, worker(database_url, second) as other:
        begin(one)
        begin(other)
        assert (one.wait(60), other.wait(60)) == (0, 0)
    assert {job_row(sessions, job_id).state for job_id in (first, second)} == {"done"}
    assert_all_there_once(sessions)
    assert count(sessions)["payloads"] == 2


def test_same_job_offered_to_two_workers_is_done_by_one(
    sessions: SessionFactory, database_url: str
) -> None:
    job_id = plan(sessions)
    with worker(database_url, job_id) as one, worker(database_url, job_id) as other:
        begin(one)
        begin(other)
        assert (one.wait(60), other.wait(60)) == (0, 0)
    assert_all_there_once(sessions)
    assert count(sessions)["payloads"] == 1


@pytest.mark.parametrize("milliseconds", [0, 20, 60, 120, 200, 300, 450])
def test_worker_killed_in_the_middle_loses_and_doubles_nothing(
    sessions: SessionFactory, database_url: str, milliseconds: int
) -> None:
    """Killed so long after its claim: while it asks, checks or writes, or when it is done."""
    job_id = plan(sessions)
    with worker(database_url, job_id) as process:
        begin(process)
        wait_until(lambda: job_row(sessions, job_id).state != "queued", what="the claim")
        time.sleep(milliseconds / 1000)
        process.kill()
        process.wait()
    left = count(sessions)
    was_done = job_row(sessions, job_id).state == "done"
    assert (left["revisions"], left["events"]) == ((DAYS, 1) if was_done else (0, 0))
    with sessions.begin() as session:
        # As if half a minute had gone by.
        past = func.clock_timestamp() - timedelta(seconds=1)
        session.execute(update(jobs).where(jobs.c.job_id == job_id).values(lease_until=past))
    with worker(database_url, job_id) as process:
        begin(process)
        assert process.wait(60) == 0
    assert job_row(sessions, job_id).state == "done"
    assert_all_there_once(sessions)
    assert count(sessions)["payloads"] >= max(left["payloads"], 1)  # what was fetched is kept
