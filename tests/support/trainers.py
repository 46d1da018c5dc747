"""Trainers as processes of their own, on a real ledger and real studies; only MLflow is faked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any

from sqlalchemy import Row, select

from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.ledger import Job, is_free
from shared.adapters.runner import JobRunner
from shared.adapters.tables import jobs
from shared.contracts.jobs import FIT_KINDS, JobKind
from tests.support.tracking import FakeTracker
from trainer.fitting import FamilyFitter
from trainer.inputs import InputsLoader
from trainer.planning import plan_help
from trainer.tuning import Budget, Tuner, open_postgres_storage, tuner

KINDS = [*FIT_KINDS.values(), JobKind.TUNE]
TRIALS = 3


def start_trainer(
    database_url: str, optuna_url: str, *, at_work: Event | None = None
) -> BaseProcess:
    """Start a trainer that ends when no fit is left; `at_work` tells of its first trial."""
    process = get_context("spawn").Process(
        target=_work, args=(database_url, optuna_url, at_work), daemon=True
    )
    process.start()
    return process


def _work(database_url: str, optuna_url: str, at_work: Event | None) -> None:
    # Here every tuning is worth help, so that studies are shared.
    tuner._WORTH_HELP_SECONDS = 0.0  # noqa: SLF001 - a constant of that module
    with _sessions(database_url) as sessions:
        fitter = _fitter(sessions, optuna_url)
        runner = JobRunner(sessions, worker="test", after_commit=lambda: None)
        while (job := _next(sessions)) is not None:
            work = fitter.help_tuning if job.kind == JobKind.TUNE else fitter.fit
            if at_work is not None:
                at_work.set()
            runner.run(job.job_id, work)


def _fitter(sessions: SessionFactory, optuna_url: str) -> FamilyFitter:
    def ask_for_help(fit: Job) -> None:
        with sessions.begin() as session:
            plan_help(session, fit)

    return FamilyFitter(
        sessions,
        InputsLoader(sessions, timedelta(days=1000)),
        FakeTracker(),
        Tuner(lambda: open_postgres_storage(optuna_url), Budget(TRIALS, seconds=600.0), seed=1),
        seed=1,
        git_commit="test",
        ask_for_help=ask_for_help,
    )


def _next(sessions: SessionFactory) -> Row[Any, Any] | None:
    with sessions.begin() as session:
        waiting = select(jobs.c.job_id, jobs.c.kind).where(jobs.c.kind.in_(KINDS), is_free())
        return session.execute(waiting.order_by(jobs.c.created_at).limit(1)).one_or_none()


@contextmanager
def _sessions(database_url: str) -> Iterator[SessionFactory]:
    engine = make_engine(database_url)
    try:
        yield make_session_factory(engine)
    finally:
        engine.dispose()
