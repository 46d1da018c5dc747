"""The contracts: tables that must agree with each other."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from shared.contracts.events import (
    EVENTS,
    Event,
    EventType,
    ModelPromoted,
    ObservationsCollected,
)
from shared.contracts.jobs import FIT_KINDS, HEARTBEAT, JOBS, LEASE, LONGEST_RETRY, JobKind
from shared.contracts.queues import WORKERS, Service
from shared.contracts.schedule import TICK_TASKS
from shared.contracts.subscriptions import BROADCAST, SUBSCRIPTIONS, reaction
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable

PROMOTED = ModelPromoted(
    site_id="marrakech",
    variable=Variable.TEMPERATURE_MAX,
    candidate_id=UUID(int=1),
    decision_id=UUID(int=2),
    epoch=7,
    previous_candidate_id=None,
)


def test_every_kind_of_job_has_a_policy_and_a_worker_that_does_it() -> None:
    assert set(JOBS) == set(JobKind)
    assert all(policy.service in WORKERS for policy in JOBS.values())
    assert all(policy.task.startswith(f"{policy.service}.") for policy in JOBS.values())


def test_every_family_is_fitted_by_a_job_of_its_own() -> None:
    assert set(FIT_KINDS) == set(Family)
    assert len(set(FIT_KINDS.values())) == len(Family)


def test_lease_outlasts_several_missed_heartbeats() -> None:
    assert LEASE > 3 * HEARTBEAT


def test_every_worker_answers_a_tick() -> None:
    assert set(TICK_TASKS) == set(WORKERS)


def test_every_event_has_a_contract_and_a_line_that_says_who_reacts() -> None:
    assert set(EVENTS) == set(EventType) == set(SUBSCRIPTIONS)


def test_workers_alone_subscribe_by_queue() -> None:
    assert {service for services in SUBSCRIPTIONS.values() for service in services} <= set(WORKERS)


def test_reaction_is_a_task_of_the_service_named_after_the_event() -> None:
    name = reaction(Service.TRAINER, EventType.OBSERVATIONS_COLLECTED)
    assert name == "trainer.on_observations_collected"


@pytest.mark.parametrize("kind", [JobKind.TRAIN, JobKind.SELECT, JobKind.GATE])
def test_absence_of_mlflow_for_a_day_costs_no_training_and_no_decision(kind: JobKind) -> None:
    policy = JOBS[kind]
    pauses = [policy.pause_after(attempt) for attempt in range(1, policy.max_attempts)]
    assert sum(pauses, timedelta()) >= timedelta(days=1)


def test_pauses_double_up_to_the_longest() -> None:
    policy = JOBS[JobKind.TRAIN]
    assert [policy.pause_after(attempt).total_seconds() for attempt in (1, 2, 3)] == [10, 20, 40]
    assert policy.pause_after(1000) == LONGEST_RETRY


def test_changes_of_champion_reach_every_replica() -> None:
    assert {EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK} <= BROADCAST


def test_envelope_carries_what_cloudevents_requires() -> None:
    # https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#required-attributes
    event = Event.of(PROMOTED, time=datetime.now(UTC), correlation_id=uuid4())
    wire = json.loads(event.model_dump_json())
    assert wire["specversion"] == "1.0"
    assert wire["type"] == "model.promoted"
    assert wire["source"] == "/registry-gate"
    assert UUID(wire["id"]) == event.id
    assert Event.model_validate_json(json.dumps(wire)).fact() == PROMOTED


def test_envelope_without_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        Event.of(PROMOTED, time=datetime(2026, 11, 23), correlation_id=uuid4())  # noqa: DTZ001 - on purpose


def test_unknown_field_in_a_fact_is_refused() -> None:
    with pytest.raises(ValidationError):
        ObservationsCollected.model_validate(
            {
                "site_id": "marrakech",
                "first_date": date(2026, 1, 1),
                "last_date": date(2026, 1, 2),
                "days_changed": 2,
                "surprise": 1,
            }
        )
