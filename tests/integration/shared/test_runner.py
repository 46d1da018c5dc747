"""Running a job: the effect happens once, whatever becomes of the worker."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.adapters import ledger
from shared.adapters import runner as runner_module
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, plan_job
from shared.adapters.runner import Effect, JobRunner, Outcome, no_effect
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.errors import SiteUnknown
from tests.support.database import LOGICAL_DATE, SITE_ID, job_row, planned, set_job


def make_runner(sessions: SessionFactory) -> JobRunner:
    return JobRunner(sessions, worker="test", after_commit=lambda: None)


def plan_training(session: Session) -> None:
    """Write something that can be counted, as an effect."""
    plan_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE)


def trainings(sessions: SessionFactory) -> int:
    with sessions.begin() as session:
        count = select(func.count()).select_from(jobs).where(jobs.c.kind == JobKind.TRAIN)
        return int(session.execute(count).scalar_one())


def test_effect_and_end_are_committed_together(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    assert make_runner(sessions).run(job_id, lambda _: plan_training) is Outcome.DONE
    assert job_row(sessions, job_id).state == "done"
    assert trainings(sessions) == 1


def test_jobs_done_together_each_end_by_themselves(sessions: SessionFactory) -> None:
    ids = [planned(sessions, kind) for kind in (JobKind.COLLECT, JobKind.GATE, JobKind.SELECT)]

    def work(jobs: Sequence[Job]) -> Iterator[tuple[Job, Effect | Exception]]:
        done, refused, forgotten = jobs
        yield done, plan_training
        assert job_row(sessions, done.job_id).state == "done"  # at once, not at the end
        yield refused, SiteUnknown(SITE_ID)
        assert job_row(sessions, forgotten.job_id).state == "running"

    outcomes = make_runner(sessions).run_together(ids, work)
    assert list(outcomes.values()) == [Outcome.DONE, Outcome.DEAD, Outcome.WILL_RETRY]
    assert trainings(sessions) == 1
    assert "without a word" in job_row(sessions, ids[2]).last_error


def test_error_in_the_middle_is_that_of_the_jobs_not_yet_ended(sessions: SessionFactory) -> None:
    ids = [planned(sessions, kind) for kind in (JobKind.COLLECT, JobKind.GATE)]

    def work(jobs: Sequence[Job]) -> Iterator[tuple[Job, Effect | Exception]]:
        yield jobs[0], no_effect
        raise ValueError("the source went away")

    outcomes = make_runner(sessions).run_together(ids, work)
    assert outcomes == {ids[0]: Outcome.DONE, ids[1]: Outcome.WILL_RETRY}


def test_stopped_worker_gives_back_the_jobs_not_yet_ended(sessions: SessionFactory) -> None:
    ids = [planned(sessions, kind) for kind in (JobKind.COLLECT, JobKind.GATE)]

    def interrupted(jobs: Sequence[Job]) -> Iterator[tuple[Job, Effect | Exception]]:
        yield jobs[0], no_effect
        raise SystemExit

    with pytest.raises(SystemExit):
        make_runner(sessions).run_together(ids, interrupted)
    assert [job_row(sessions, job_id).state for job_id in ids] == ["done", "queued"]


def test_second_delivery_does_nothing(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    runner = make_runner(sessions)
    runner.run(job_id, lambda _: no_effect)
    assert runner.run(job_id, lambda _: pytest.fail("worked twice")) is Outcome.NOTHING_TO_DO


def test_lasting_error_makes_a_dead_letter_at_once(sessions: SessionFactory) -> None:
    job_id = planned(sessions)

    def work(_job: Job) -> Effect:
        raise SiteUnknown(SITE_ID)

    assert make_runner(sessions).run(job_id, work) is Outcome.DEAD
    row = job_row(sessions, job_id)
    assert (row.state, row.attempts) == ("dead", 1)


def test_error_of_the_work_is_kept_in_the_ledger_for_the_next_attempt(
    sessions: SessionFactory,
) -> None:
    job_id = planned(sessions)

    def work(_job: Job) -> Effect:
        raise ValueError("the answer was cut off")

    assert make_runner(sessions).run(job_id, work) is Outcome.WILL_RETRY
    row = job_row(sessions, job_id)
    assert (row.state, row.last_error) == ("queued", "ValueError: the answer was cut off")


def test_failing_effect_writes_nothing(sessions: SessionFactory) -> None:
    job_id = planned(sessions)

    def effect(session: Session) -> None:
        plan_training(session)
        raise ValueError("no")

    assert make_runner(sessions).run(job_id, lambda _: effect) is Outcome.WILL_RETRY
    assert trainings(sessions) == 0


def test_worker_presumed_dead_writes_nothing_when_it_comes_back(sessions: SessionFactory) -> None:
    job_id = planned(sessions)

    def slow_work(_job: Job) -> Effect:
        with sessions.begin() as session:
            past = func.clock_timestamp() - timedelta(seconds=1)
            set_job(session, job_id, lease_until=past)
        assert make_runner(sessions).run(job_id, lambda _: no_effect) is Outcome.DONE
        return plan_training

    assert make_runner(sessions).run(job_id, slow_work) is Outcome.LEASE_LOST
    assert trainings(sessions) == 0


def test_stopped_worker_gives_its_job_back_at_once(sessions: SessionFactory) -> None:
    job_id = planned(sessions)

    def interrupted(_job: Job) -> Effect:
        raise SystemExit

    with pytest.raises(SystemExit):
        make_runner(sessions).run(job_id, interrupted)
    row = job_row(sessions, job_id)
    assert (row.state, row.attempts) == ("queued", 0)


def test_lease_is_renewed_while_the_work_lasts(
    sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "HEARTBEAT", timedelta(milliseconds=20))
    job_id = planned(sessions)
    renewed = threading.Event()

    def work(_job: Job) -> Effect:
        first = job_row(sessions, job_id).lease_until
        while job_row(sessions, job_id).lease_until == first:
            renewed.wait(0.01)
        return no_effect

    assert make_runner(sessions).run(job_id, work) is Outcome.DONE


def test_progress_can_be_followed(sessions: SessionFactory) -> None:
    job_id = planned(sessions)

    def work(job: Job) -> Effect:
        job.report("day 3 of 10")
        assert job_row(sessions, job_id).progress == "day 3 of 10"
        return no_effect

    make_runner(sessions).run(job_id, work)


def test_progress_that_cannot_be_noted_does_not_end_the_work(
    sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("update jobs", {}, ConnectionError("the server went away"))

    monkeypatch.setattr(ledger, "report", away)

    def work(job: Job) -> Effect:
        job.report("day 3 of 10")
        return no_effect

    assert make_runner(sessions).run(planned(sessions), work) is Outcome.DONE
