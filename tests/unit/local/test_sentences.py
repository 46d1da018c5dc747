"""What users are told, word for word."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from local.narration.sentences import WORDS, JobFact, tell_activity, tell_event, tell_process
from local.supervision.client import ProcessInfo, ProcessState
from shared.contracts.events import (
    CandidateRegistered,
    CandidateRejected,
    DriftDetected,
    Event,
    EventData,
    ForecastIssued,
    ForecastVerified,
    ModelPromoted,
    ModelRolledBack,
    ObservationsCollected,
    RetrainingRequested,
)
from shared.contracts.jobs import JobKind
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable

FIT = JobFact(
    kind=JobKind.FIT_RANDOM_FOREST,
    site_id="marrakech",
    state="running",
    attempts=1,
    progress="random forest: temperature_2m_min, tuning 2 of 12",
    last_error=None,
)
WORKER = ProcessInfo("trainer-1", ProcessState.RUNNING, pid=10, started_at=1, description="")


def told(fact: EventData, reason: str = "") -> str:
    event = Event.of(fact, time=datetime(2026, 11, 23, tzinfo=UTC), correlation_id=uuid4())
    return tell_event(event, reason)


def promotion(site_id: str = "marrakech") -> ModelPromoted:
    return ModelPromoted(
        site_id=site_id,
        candidate_id=uuid4(),
        decision_id=uuid4(),
        variable=Variable.TEMPERATURE_MIN,
        epoch=1,
        previous_candidate_id=None,
    )


def test_collection_is_told_with_its_extent() -> None:
    fact = ObservationsCollected(
        site_id="marrakech",
        first_date=date(2012, 1, 1),
        last_date=date(2026, 11, 22),
        days_changed=5440,
    )
    assert told(fact).endswith(
        "marrakech: 5,440 days of weather collected (2012-01-01 to 2026-11-22)"
    )


def test_registration_names_the_winning_family() -> None:
    fact = CandidateRegistered(
        site_id="marrakech",
        variable=Variable.TEMPERATURE_MAX,
        candidate_id=uuid4(),
        family=Family.RANDOM_FOREST,
    )
    assert "maximum temperature: random forest won" in told(fact)


def test_promotion_and_rejection_carry_the_gate_s_reason() -> None:
    rejected = CandidateRejected(
        site_id="marrakech",
        variable=Variable.PRECIPITATION,
        candidate_id=uuid4(),
        decision_id=uuid4(),
        outcome="reject",
        reason="Brier skill -0.02.",
    )
    assert "new champion. R2 0.81." in told(promotion(), "R2 0.81.")
    assert "precipitation: rejected. Brier skill -0.02." in told(rejected)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (
            ModelRolledBack(
                site_id="marrakech",
                variable=Variable.TEMPERATURE_MAX,
                candidate_id=uuid4(),
                rolled_back_candidate_id=uuid4(),
                epoch=2,
                asked_by="review",
                reason="Errs more than persistence.",
            ),
            "maximum temperature: back to an earlier model. Errs more than persistence.",
        ),
        (
            ForecastIssued(
                site_id="marrakech",
                reference_date=date(2026, 11, 22),
                variables=(Variable.TEMPERATURE_MAX,),
                forecasts=1,
            ),
            "1 forecast issued from 2026-11-22",
        ),
        (
            ForecastVerified(
                site_id="marrakech",
                first_date=date(2026, 11, 21),
                last_date=date(2026, 11, 22),
                forecasts=14,
            ),
            "14 forecasts checked against what came",
        ),
        (
            DriftDetected(
                site_id="marrakech",
                variable=Variable.TEMPERATURE_MIN,
                of="observations",
                since=date(2026, 11, 1),
                days=20,
                effect_size=1.1,
                reason="Warmer by 2.1 degrees for 20 days.",
            ),
            "minimum temperature: drift of the observations. Warmer by 2.1 degrees for 20 days.",
        ),
        (
            RetrainingRequested(
                site_id="marrakech",
                variables=(Variable.TEMPERATURE_MIN,),
                asked_by="review",
                reason="The sensor reads otherwise.",
            ),
            "a training is asked for. The sensor reads otherwise.",
        ),
    ],
)
def test_what_became_of_a_model_is_told(fact: EventData, words: str) -> None:
    assert told(fact).endswith(f"marrakech: {words}")


def test_a_reason_cannot_dress_up_the_screen() -> None:
    assert r"\[red]" in told(promotion("[red]"))


def test_every_variable_has_words() -> None:
    assert set(WORDS) == set(Variable)


def test_activity_says_what_is_trained_and_how_far_it_is() -> None:
    assert tell_activity([FIT]) == ["marrakech: random forest: minimum temperature, tuning 2 of 12"]


def test_activity_tells_waiting_from_retrying() -> None:
    waiting = replace(FIT, state="queued", attempts=0, progress=None)
    retrying = replace(waiting, attempts=2, last_error="MLflow does not answer")
    first, second = tell_activity([waiting, retrying])
    assert first.endswith("will be tried again (MLflow does not answer)")
    assert second.endswith("waiting for a free worker")


def test_activity_of_many_jobs_stays_short() -> None:
    waiting = replace(FIT, state="queued", attempts=0, progress=None)
    *shown, more, rest = tell_activity([waiting] * 13 + [FIT] * 12)
    assert shown == tell_activity([FIT]) * 4
    assert (more, rest) == ("and 8 more at work", "13 jobs wait for a free worker")


def test_activity_of_every_kind_of_job_has_words() -> None:
    for kind in JobKind:
        assert tell_activity([replace(FIT, kind=kind)])


def test_restart_of_a_crashed_process_is_told_once() -> None:
    restarted = replace(WORKER, pid=11, started_at=5)
    assert tell_process(WORKER, restarted) == (
        "[yellow]![/] trainer-1 had ended and was started again."
    )
    assert tell_process(restarted, restarted) is None
    assert tell_process(None, WORKER) is None


def test_process_that_comes_up_for_the_first_time_is_no_restart() -> None:
    starting = replace(WORKER, state=ProcessState.STARTING, pid=0)
    assert tell_process(starting, WORKER) is None


def test_process_that_does_not_come_up_is_told_once_and_so_is_its_return() -> None:
    crashed = replace(WORKER, state=ProcessState.BACKOFF, pid=0)
    assert "trainer-1 does not come up" in str(tell_process(WORKER, crashed))
    assert tell_process(crashed, crashed) is None
    assert tell_process(crashed, replace(WORKER, pid=12)) == "[green]✓[/] trainer-1 is up again."
