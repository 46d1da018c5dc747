"""Hot reload: only the database counts, a bad artifact or an older epoch changes nothing."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from api.serving.reconcile import FIRST_RETRY, LONGEST_RETRY
from api.serving.snapshot import Rung
from shared.adapters.artifacts import Artifact
from shared.forecasting.documents import ModelDocument
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.models import make_artifact, make_deviating_artifact
from tests.unit.api.world import (
    LAST_DATE,
    SITE,
    World,
    constant_artifact,
    fragile_artifact,
    make_champion,
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
    # The forerunner served a fixed file, whatever the registry said.
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


def promote_artifact(world: World, artifact: Artifact) -> None:
    """Promote whatever an artifact is."""
    digest = world.artifacts.add(artifact)
    world.source.promote(make_champion(TMAX, 10, sha256=digest))


def break_digest(world: World) -> None:
    """Give another artifact than the database means."""
    world.artifacts.by_digest["0" * 64] = constant_artifact(TMAX, 0.0)
    world.source.promote(make_champion(TMAX, 10, sha256="0" * 64))


def break_document(world: World) -> None:
    """Store a document that does not fit the schema."""
    good = constant_artifact(TMAX, 0.0)
    document = re.sub(rb'"schema_version": \d+', b'"schema_version": 999', good.document)
    promote_artifact(world, Artifact(document, good.onnx))


def break_fingerprint(world: World) -> None:
    """Store a model whose features this version cannot build."""
    good = constant_artifact(TMAX, 0.0)
    fingerprint = ModelDocument.from_json(good.document).feature_fingerprint
    foreign = good.document.replace(fingerprint.encode(), b"f" * 64)
    promote_artifact(world, Artifact(foreign, good.onnx))


def break_regressor(world: World) -> None:
    """Store a file that is not ONNX."""
    good = constant_artifact(TMAX, 0.0)
    digest = ModelDocument.from_json(good.document).regressor_sha256
    garbage = hashlib.sha256(b"garbage").hexdigest()
    document = good.document.replace(digest.encode(), garbage.encode())
    promote_artifact(world, Artifact(document, b"garbage"))


def break_smoke_test(world: World) -> None:
    """Store a regressor that answers differently from the fitted model."""
    promote_artifact(world, make_deviating_artifact(weather(), TMAX))


def break_place(world: World) -> None:
    """Promote a model of another site."""
    promote_artifact(world, make_artifact(weather(), TMAX, site_id="casablanca"))


def break_numbers(world: World) -> None:
    """Store a regressor that passes its smoke test and fails on real weather."""
    promote_artifact(world, fragile_artifact(TMAX))


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
        (break_regressor, "cannot be read"),
        (break_smoke_test, "5 off its smoke test"),
        (break_place, "casablanca"),
        (break_numbers, "not finite"),
        (lose_mlflow, "MLflow is away"),
    ],
)
def test_bad_artifact_leaves_the_old_model_serving_and_is_told(
    world: World, break_it: Callable[[World], None], reason: str
) -> None:
    before = world.state.snapshot.sites["marrakech"]
    break_it(world)
    world.reconcile()
    served = world.state.snapshot.sites["marrakech"]
    assert served.models == before.models
    assert served.forecasts[KEY[1]].rung is Rung.PREVIOUS_CHAMPION
    assert reason in (served.forecasts[KEY[1]].reason or "")
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
    world.source.observe(weather(), site_id="casablanca")
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


def test_removed_site_is_served_no_longer(world: World) -> None:
    world.source.sites = (*world.source.sites, replace(SITE, site_id="casablanca"))
    world.reconcile()
    marrakech = world.state.snapshot.sites["marrakech"]
    world.source.sites = (SITE,)
    world.reconcile()
    assert dict(world.state.snapshot.sites) == {"marrakech": marrakech}
