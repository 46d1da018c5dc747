"""Several trainers at one training, and one that dies at it: the same models come of it."""

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Row, func, select, update

from shared.adapters.database import SessionFactory
from shared.adapters.runner import JobRunner
from shared.adapters.tables import contenders, jobs
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.database import planned, sessions_on, store_history
from tests.support.servers import new_database
from tests.support.stack import eventually
from tests.support.tracking import FakeTracker
from tests.support.trainers import start_trainer
from tests.support.weather import made_up_history
from trainer.training import TrainingStarter

pytestmark = pytest.mark.slow

MAXIMUM, MINIMUM = Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN
HISTORY = made_up_history(days=420)
HISTORY = DailyHistory(HISTORY.first_date, {v: HISTORY.column(v) for v in (MAXIMUM, MINIMUM)})
WITHIN = 240.0


@contextmanager
def training_begun(server: str, template: str) -> Iterator[tuple[SessionFactory, str, str]]:
    """Begin a training of two variables; give its database, and that of the studies."""
    with (
        new_database(server, template) as url,
        new_database(server) as studies,
        sessions_on(url) as sessions,
    ):
        with sessions.begin() as session:
            store_history(session, HISTORY)
        starter = TrainingStarter(sessions, FakeTracker())
        runner = JobRunner(sessions, worker="test", after_commit=lambda: None)
        runner.run(planned(sessions, JobKind.TRAIN), starter.start)
        yield sessions, url, studies


def artifacts_of(sessions: SessionFactory) -> dict[tuple[str, str], str]:
    """Return the digest of each contender's artifact."""
    with sessions.begin() as session:
        rows = session.execute(select(contenders)).all()
    return {(row.variable, row.family): row.artifact_sha256 for row in rows}


def unfinished(sessions: SessionFactory) -> int:
    with sessions.begin() as session:
        query = select(func.count()).where(
            jobs.c.kind.in_(FIT_KINDS.values()), jobs.c.state != "done"
        )
        return int(session.execute(query).scalar_one())


@pytest.fixture(scope="module")
def of_one_trainer(postgres_url: str, migrated_template: str) -> dict[tuple[str, str], str]:
    """Return what one trainer makes of the training, undisturbed."""
    with training_begun(postgres_url, migrated_template) as (sessions, url, studies):
        start_trainer(url, studies).join(WITHIN)
        assert unfinished(sessions) == 0
        return artifacts_of(sessions)


def test_every_family_and_variable_has_its_artifact(
    of_one_trainer: dict[tuple[str, str], str],
) -> None:
    assert set(of_one_trainer) == {(v, f) for v in (MAXIMUM, MINIMUM) for f in Family}


def test_two_trainers_make_the_same_models_as_one(
    postgres_url: str, migrated_template: str, of_one_trainer: dict[tuple[str, str], str]
) -> None:
    with training_begun(postgres_url, migrated_template) as (sessions, url, studies):
        trainers = [start_trainer(url, studies) for _ in range(2)]
        for trainer in trainers:
            trainer.join(WITHIN)
        eventually(lambda: unfinished(sessions) == 0, what="the end of all fits", within=WITHIN)
        assert artifacts_of(sessions) == of_one_trainer
        with sessions.begin() as session:
            helped = select(func.count()).where(jobs.c.kind == JobKind.TUNE)
            assert session.execute(helped).scalar_one() > 0


def running(sessions: SessionFactory) -> Row[tuple[object, ...]] | None:
    with sessions.begin() as session:
        query = select(jobs).where(jobs.c.state == "running", jobs.c.progress.is_not(None))
        return session.execute(query.limit(1)).one_or_none()


def test_killed_trainer_costs_time_and_changes_nothing(
    postgres_url: str, migrated_template: str, of_one_trainer: dict[tuple[str, str], str]
) -> None:
    with training_begun(postgres_url, migrated_template) as (sessions, url, studies):
        at_work = multiprocessing.get_context("spawn").Event()
        dying = start_trainer(url, studies, at_work=at_work)
        assert at_work.wait(WITHIN)
        eventually(lambda: running(sessions), what="a trial", within=WITHIN, pause=0.02)
        dying.kill()
        dying.join(WITHIN)
        left = unfinished(sessions)
        assert left > 0
        with sessions.begin() as session:  # instead of waiting for the lease to run out
            session.execute(
                update(jobs).where(jobs.c.state == "running").values(lease_until=func.now())
            )
        start_trainer(url, studies).join(WITHIN)
        assert unfinished(sessions) == 0
        assert artifacts_of(sessions) == of_one_trainer


HANGING = """
from datetime import timedelta
from time import sleep
from trainer.time_limit import time_limit

def hang():
    sleep(600)

with time_limit(timedelta(seconds=60)):
    pass
with time_limit(timedelta(seconds=1)):
    hang()
"""


def test_fit_that_hangs_is_ended_with_where_it_was() -> None:
    ended = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", HANGING], capture_output=True, check=False, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in hang" in ended.stderr
