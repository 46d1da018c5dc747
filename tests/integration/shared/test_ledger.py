"""The job ledger: no message, crash or second scheduler loses or doubles work."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func

from shared.adapters import ledger
from shared.adapters.database import SessionFactory
from shared.adapters.sending import forget_sent, take_sendable
from shared.contracts.jobs import JOBS, RESEND_AFTER, JobKind
from shared.contracts.queues import Service
from shared.errors import ClimateError, LeaseLost
from tests.support.database import LOGICAL_DATE, SITE_ID, job_row, planned, set_job

NOW = func.clock_timestamp()
A_SECOND = timedelta(seconds=1)


def claim(sessions: SessionFactory, job_id: UUID) -> ledger.Job | None:
    with sessions.begin() as session:
        return ledger.claim(session, job_id, worker="test")


def claimed(sessions: SessionFactory, job_id: UUID) -> ledger.Job:
    job = claim(sessions, job_id)
    assert job is not None
    return job


def sendable(sessions: SessionFactory, service: Service = Service.COLLECTOR) -> list[UUID]:
    with sessions.begin() as session:
        return [job_id for ids in take_sendable(session, service).values() for job_id in ids]


def let_lease_run_out(sessions: SessionFactory, job_id: UUID) -> None:
    with sessions.begin() as session:
        set_job(session, job_id, lease_until=NOW - A_SECOND)


def test_plan_is_a_no_op_the_second_time(sessions: SessionFactory) -> None:
    planned(sessions)
    with sessions.begin() as session:
        again = ledger.plan_job(
            session, kind=JobKind.COLLECT, site_id=SITE_ID, logical_date=LOGICAL_DATE
        )
    assert again is None


def test_claim_goes_to_exactly_one_of_many_workers(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(sessions, job_id), range(8)))
    assert sum(job is not None for job in claims) == 1


def test_claim_waits_for_a_sender_that_has_not_committed_yet(sessions: SessionFactory) -> None:
    # The message may be faster than the end of the transaction that notes it as sent.
    job_id = planned(sessions)
    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            assert take_sendable(session, Service.COLLECTOR) == {JobKind.COLLECT: [job_id]}
            claiming = pool.submit(claim, sessions, job_id)
            with pytest.raises(TimeoutError):
                claiming.result(timeout=0.3)
        assert claiming.result(timeout=30) is not None


def test_claim_after_the_lease_ran_out_fences_the_first_worker(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    first = claimed(sessions, job_id)
    let_lease_run_out(sessions, job_id)
    second = claimed(sessions, job_id)
    assert second.attempt == 2
    with pytest.raises(LeaseLost), sessions.begin() as session:
        ledger.finish(session, first)
    with sessions.begin() as session:
        ledger.finish(session, second)
    assert job_row(sessions, job_id).state == "done"


def test_finish_and_effect_are_one_transaction(sessions: SessionFactory) -> None:
    job = claimed(sessions, planned(sessions))
    let_lease_run_out(sessions, job.job_id)
    claimed(sessions, job.job_id)
    with pytest.raises(LeaseLost), sessions.begin() as session:
        ledger.plan_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE)
        ledger.finish(session, job)
    assert sendable(sessions, Service.TRAINER) == []


def test_done_job_cannot_be_claimed_again(sessions: SessionFactory) -> None:
    job = claimed(sessions, planned(sessions))
    with sessions.begin() as session:
        ledger.finish(session, job)
    assert claim(sessions, job.job_id) is None


def test_failed_job_waits_and_is_tried_again(sessions: SessionFactory) -> None:
    job = claimed(sessions, planned(sessions))
    with sessions.begin() as session:
        assert ledger.fail(session, job, ClimateError("the source is away"))
    assert claim(sessions, job.job_id) is None
    assert sendable(sessions) == []
    with sessions.begin() as session:
        set_job(session, job.job_id, not_before=NOW)
    assert sendable(sessions) == [job.job_id]
    assert claimed(sessions, job.job_id).attempt == 2


def test_job_that_is_asked_to_wait_waits_so_long_and_counts_no_attempt(
    sessions: SessionFactory,
) -> None:
    job_id = planned(sessions)
    with sessions.begin() as session:
        set_job(session, job_id, attempts=JOBS[JobKind.COLLECT].max_attempts - 1)
    job = claimed(sessions, job_id)
    asked_to_wait = ClimateError("the budget of this hour is used up")
    asked_to_wait.retry_after = timedelta(minutes=40)
    with sessions.begin() as session:
        assert ledger.fail(session, job, asked_to_wait)
    row = job_row(sessions, job_id)
    assert (row.state, row.attempts) == ("queued", job.attempt - 1)
    waits = row.not_before - datetime.now(UTC)
    assert timedelta(minutes=39) < waits <= timedelta(minutes=40)


def test_claim_together_takes_what_is_free_in_the_order_asked(sessions: SessionFactory) -> None:
    collect, train = planned(sessions), planned(sessions, JobKind.TRAIN)
    gate = planned(sessions, JobKind.GATE)
    claimed(sessions, train)
    with sessions.begin() as session:
        jobs = ledger.claim_together(session, [gate, train, collect, gate], worker="test")
    assert [job.job_id for job in jobs] == [gate, collect]
    assert len({job.lease_token for job in jobs}) == 2


def test_renew_names_the_jobs_that_are_still_held(sessions: SessionFactory) -> None:
    lost, held = (
        claimed(sessions, planned(sessions, kind)) for kind in (JobKind.COLLECT, JobKind.TRAIN)
    )
    let_lease_run_out(sessions, lost.job_id)
    claimed(sessions, lost.job_id)
    with sessions.begin() as session:
        assert ledger.renew(session, [lost, held]) == {held.job_id}


def test_job_is_a_dead_letter_after_its_last_attempt_and_can_be_sent_again(
    sessions: SessionFactory,
) -> None:
    job_id = planned(sessions)
    last = JOBS[JobKind.COLLECT].max_attempts
    with sessions.begin() as session:
        set_job(session, job_id, attempts=last - 1)
    job = claimed(sessions, job_id)
    with sessions.begin() as session:
        assert not ledger.fail(session, job, ClimateError("still away"))
    with sessions.begin() as session:
        (letter,) = session.execute(ledger.dead_letters()).all()
        assert letter.last_error == "ClimateError: still away"
        assert ledger.retry_dead(session, job_id)
    assert sendable(sessions) == [job_id]


def test_job_that_kills_its_worker_every_time_is_buried(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    with sessions.begin() as session:
        set_job(session, job_id, attempts=JOBS[JobKind.COLLECT].max_attempts - 1)
    claimed(sessions, job_id)
    let_lease_run_out(sessions, job_id)
    assert sendable(sessions) == []
    assert job_row(sessions, job_id).state == "dead"


def test_interrupted_job_is_free_at_once_and_not_counted(sessions: SessionFactory) -> None:
    job = claimed(sessions, planned(sessions))
    with sessions.begin() as session:
        ledger.give_back(session, job)
    assert claimed(sessions, job.job_id).attempt == 1


def test_message_is_sent_once_then_again_only_when_it_must_be_lost(
    sessions: SessionFactory,
) -> None:
    job_id = planned(sessions)
    assert sendable(sessions) == [job_id]
    assert sendable(sessions) == []
    with sessions.begin() as session:
        set_job(session, job_id, sent_at=NOW - RESEND_AFTER - A_SECOND)
    assert sendable(sessions) == [job_id]


def test_after_the_broker_lost_its_memory_every_message_is_sent_again(
    sessions: SessionFactory,
) -> None:
    job_id = planned(sessions)
    sendable(sessions)
    with sessions.begin() as session:
        forget_sent(session, Service.COLLECTOR)
    assert sendable(sessions) == [job_id]


def test_job_of_a_dead_worker_is_sent_as_soon_as_its_lease_ran_out(
    sessions: SessionFactory,
) -> None:
    job_id = planned(sessions)
    sendable(sessions)
    claimed(sessions, job_id)
    assert sendable(sessions) == []
    with sessions.begin() as session:
        set_job(session, job_id, sent_at=NOW - 2 * A_SECOND, lease_until=NOW - A_SECOND)
    assert sendable(sessions) == [job_id]


def test_two_schedulers_send_each_job_once(sessions: SessionFactory) -> None:
    job_id = planned(sessions)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: sendable(sessions), range(4)))
    assert [one for batch in sent for one in batch] == [job_id]


def test_service_is_sent_its_own_jobs_only(sessions: SessionFactory) -> None:
    planned(sessions, JobKind.COLLECT)
    training = planned(sessions, JobKind.TRAIN)
    assert sendable(sessions, Service.TRAINER) == [training]


def test_request_joins_the_unfinished_run_and_else_starts_another(
    sessions: SessionFactory,
) -> None:
    def request() -> UUID:
        with sessions.begin() as session:
            return ledger.request_job(
                session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE
            )

    scheduled = planned(sessions, JobKind.TRAIN)
    assert request() == scheduled
    job = claimed(sessions, scheduled)
    with sessions.begin() as session:
        ledger.finish(session, job)
    first, second = request(), request()
    assert first == second != scheduled
    assert job_row(sessions, first).run == 1


def test_request_joins_a_run_whose_follow_up_is_still_at_work(sessions: SessionFactory) -> None:
    training = claimed(sessions, planned(sessions, JobKind.TRAIN))
    with sessions.begin() as session:
        follow_up = ledger.plan_job(
            session,
            kind=JobKind.SELECT,
            site_id=SITE_ID,
            logical_date=LOGICAL_DATE,
            parent=training,
        )
        ledger.finish(session, training)
        joined = ledger.request_job(
            session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE
        )
    assert follow_up is not None
    assert joined == training.job_id


def test_concurrent_requests_end_in_one_job(sessions: SessionFactory) -> None:
    def request(_: int) -> UUID:
        with sessions.begin() as session:
            return ledger.request_job(
                session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE
            )

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(request, range(8)))) == 1


def test_follow_up_job_inherits_the_chain_it_belongs_to(sessions: SessionFactory) -> None:
    parent = claimed(sessions, planned(sessions, JobKind.TRAIN))
    with sessions.begin() as session:
        child_id = ledger.plan_job(
            session,
            kind=JobKind.SELECT,
            site_id=SITE_ID,
            logical_date=LOGICAL_DATE,
            parent=parent,
        )
    assert child_id is not None
    child = job_row(sessions, child_id)
    assert child.parent_id == parent.job_id
    assert child.correlation_id == parent.correlation_id
