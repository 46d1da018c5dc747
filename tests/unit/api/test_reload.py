"""Hot reload: only the database counts, a bad artifact or an older epoch changes nothing."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from api.serving.reconcile import FIRST_RETRY, LONGEST_RETRY
from shared.adapters.artifacts import Artifact
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.unit.api.world import (
    LAST_DATE,
    NOT_A_NUMBER,
    SITE,
    World,
    make_artifact,
    make_champion,
    make_document,
    weather,
    world_with_champions,
)

TMAX = Variable.TEMPERATURE_MAX
KEY = ("marrakech", TMAX)


def served_epoch(world: World) -> int:
    """Return the epoch that serves the maximum temperature."""
    return world.state.snapshot.sites["marrakech"].models[TMAX].champion.epoch


def first_maximum(world: World) -> float:
    """Return the forecast of tomorrow's maximum."""
    forecast = world.state.snapshot.sites["marrakech"].forecasts[TMAX].forecast
    assert forecast is not None
    return float(forecast.value[0])


def test_promotion_is_served_with_its_own_forecast(world: World) -> None:
    before = first_maximum(world)
    world.promote(TMAX, 10, constant=1.5)
    world.reconcile()
    assert served_epoch(world) == 10
    assert first_maximum(world) == pytest.approx(before + 1.5)


def test_snapshot_is_left_alone_where_nothing_has_changed(world: World) -> None:
    before = world.state.snapshot
    world.reconcile()
    assert world.state.snapshot is before


def test_snapshot_in_use_is_not_changed_by_a_promotion(world: World) -> None:
    in_use = world.state.snapshot
    world.promote(TMAX, 10, constant=1.5)
    world.reconcile()
    assert in_use.sites["marrakech"].models[TMAX].champion.epoch == 1


def test_older_epoch_is_ignored(world: World) -> None:
    world.promote(TMAX, 10, constant=1.5)
    world.reconcile()
    world.promote(TMAX, 9, constant=7.0)
    world.reconcile()
    assert served_epoch(world) == 10


def test_rollback_is_a_newer_epoch_of_an_older_model(world: World) -> None:
    original = world.source.champions[KEY]
    before = first_maximum(world)
    world.promote(TMAX, 10, constant=1.5)
    world.reconcile()
    world.source.promote(replace(original, epoch=11))
    world.reconcile()
    assert (served_epoch(world), first_maximum(world)) == (11, before)


def break_digest(world: World) -> None:
    """Flip what the database says of the artifact."""
    world.artifacts.by_digest["0" * 64] = make_artifact(make_document(weather(), TMAX))
    world.source.promote(make_champion(TMAX, 10, sha256="0" * 64))


def break_document(world: World) -> None:
    """Store a document that does not fit the schema."""
    good = make_artifact(make_document(weather(), TMAX))
    document = good.document.replace(b'"schema_version":1', b'"schema_version": 2')
    document = document.replace(b'"schema_version": 1', b'"schema_version": 2')
    digest = world.artifacts.add(Artifact(document, good.onnx))
    world.source.promote(make_champion(TMAX, 10, sha256=digest))


def break_fingerprint(world: World) -> None:
    """Store a model whose features this version cannot build."""
    document = make_document(weather(), TMAX)
    good = make_artifact(document)
    foreign = good.document.replace(document.feature_fingerprint.encode(), b"f" * 64)
    digest = world.artifacts.add(Artifact(foreign, good.onnx))
    world.source.promote(make_champion(TMAX, 10, sha256=digest))


def break_smoke_test(world: World) -> None:
    """Store a regressor that answers differently from the fitted model."""
    document = make_document(weather(), TMAX, constant=0.5)
    outputs = ((0.75,) * 7,)
    wrong = document.model_copy(
        update={"smoke_test": document.smoke_test.model_copy(update={"outputs": outputs})}
    )
    digest = world.artifacts.add(Artifact(wrong.to_json().encode(), b"0.5"))
    world.source.promote(make_champion(TMAX, 10, sha256=digest))


def break_place(world: World) -> None:
    """Promote a model of another site."""
    document = make_document(weather(), TMAX, site_id="casablanca")
    digest = world.artifacts.add(make_artifact(document))
    world.source.promote(make_champion(TMAX, 10, sha256=digest))


def break_numbers(world: World) -> None:
    """Store a regressor that passes its smoke test and fails on real weather."""
    digest = hashlib.sha256(NOT_A_NUMBER).hexdigest()
    document = make_document(weather(), TMAX).model_copy(update={"regressor_sha256": digest})
    artifact = Artifact(document.to_json().encode(), NOT_A_NUMBER)
    world.source.promote(make_champion(TMAX, 10, sha256=world.artifacts.add(artifact)))


def lose_mlflow(world: World) -> None:
    """Promote while nothing can be downloaded."""
    world.promote(TMAX, 10)
    world.artifacts.error = ConnectionError("MLflow is away")


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (break_digest, "digest"),
        (break_document, "schema_version"),
        (break_fingerprint, "cannot be built by this version"),
        (break_smoke_test, "0.25 off its smoke test"),
        (break_place, "casablanca"),
        (break_numbers, "not finite"),
        (lose_mlflow, "MLflow is away"),
    ],
)
def test_bad_artifact_leaves_the_old_model_serving_and_is_told(
    world: World, break_it: object, reason: str
) -> None:
    assert callable(break_it)
    before = world.state.snapshot
    break_it(world)
    world.reconcile()
    assert world.state.snapshot is before
    failure = world.state.failures[KEY]
    assert (failure.epoch, failure.attempts) == (10, 1)
    assert reason in failure.reason


def test_refused_champion_is_not_tried_again_at_once_but_after_a_doubling_pause(
    world: World,
) -> None:
    lose_mlflow(world)
    world.reconcile()
    world.reconcile()
    assert world.state.failures[KEY].attempts == 1
    world.now += FIRST_RETRY
    world.reconcile()
    failure = world.state.failures[KEY]
    assert failure.attempts == 2
    assert failure.retry_at - failure.failed_at == 2 * FIRST_RETRY


def test_pause_between_attempts_has_an_upper_limit(world: World) -> None:
    lose_mlflow(world)
    for _ in range(12):
        world.reconcile()
        world.now = world.state.failures[KEY].retry_at
    failure = world.state.failures[KEY]
    assert failure.retry_at - failure.failed_at == LONGEST_RETRY


def test_refused_champion_is_served_once_it_can_be_had(world: World) -> None:
    lose_mlflow(world)
    world.reconcile()
    world.artifacts.error = None
    world.now += FIRST_RETRY
    world.reconcile()
    assert served_epoch(world) == 10
    assert not world.state.failures


def test_newer_champion_is_tried_although_the_one_before_it_was_refused(world: World) -> None:
    break_smoke_test(world)
    world.reconcile()
    world.promote(TMAX, 11, constant=1.5)
    world.reconcile()
    assert served_epoch(world) == 11
    assert not world.state.failures


def test_bad_artifact_of_one_variable_does_not_hold_up_the_others(world: World) -> None:
    break_smoke_test(world)
    world.promote(Variable.TEMPERATURE_MIN, 11)
    world.reconcile()
    models = world.state.snapshot.sites["marrakech"].models
    assert models[TMAX].champion.epoch == 1
    assert models[Variable.TEMPERATURE_MIN].champion.epoch == 11


def test_new_observations_move_the_forecast(world: World) -> None:
    later = weather(801, last_date=LAST_DATE + timedelta(days=1))
    world.source.observe(later)
    world.reconcile()
    forecast = world.state.snapshot.sites["marrakech"].forecasts[TMAX].forecast
    assert forecast is not None
    assert forecast.reference_date == LAST_DATE + timedelta(days=1)


def test_observations_are_read_again_only_when_there_are_newer_ones(world: World) -> None:
    world.promote(TMAX, 10)
    world.reconcile()
    world.reconcile()
    assert world.source.histories_read == 1


def test_new_site_is_served_beside_the_others(world: World) -> None:
    other = replace(SITE, site_id="casablanca", name="Casablanca")
    world.source.sites = (*world.source.sites, other)
    world.source.observe(weather(seed=2), site_id="casablanca")
    marrakech = world.state.snapshot.sites["marrakech"]
    world.reconcile()
    assert world.state.snapshot.sites["casablanca"].has_forecast
    assert world.state.snapshot.sites["marrakech"] is marrakech


def test_database_away_leaves_everything_as_it_is(world: World) -> None:
    before = world.state.snapshot
    world.source.error = ConnectionError("no route to host")
    with pytest.raises(ConnectionError):
        world.reconcile()
    assert world.state.snapshot is before


def test_gap_in_the_observations_is_not_the_models_fault() -> None:
    history = weather()
    values = {name: column.copy() for name, column in history.values.items()}
    values[TMAX][-1] = np.nan
    world = world_with_champions(DailyHistory(history.first_date, values))
    served = world.state.snapshot.sites["marrakech"].forecasts[TMAX]
    assert not world.state.failures
    assert served.model is None
    assert served.reason is not None
    assert "missing" in served.reason
