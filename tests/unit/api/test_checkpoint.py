"""A restart without PostgreSQL serves what was served last; a damaged copy is as good as none."""

from pathlib import Path

import pytest

from api.serving.checkpoint import Checkpoint
from api.serving.loading import ModelLoader
from api.serving.reconcile import Reconciler
from api.serving.state import ServingState
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.unit.api.world import World, read_regressor


def test_copy_gives_back_what_was_saved(world: World, tmp_path: Path) -> None:
    desired = world.source.desired_state()
    Checkpoint(tmp_path / "new").save(desired, world.state.snapshot)
    copy = Checkpoint(tmp_path / "new")
    assert copy.desired_state() == desired
    original = world.source.histories["marrakech"]
    assert copy.inputs("marrakech").own.content_hash() == original.content_hash()


def test_restarted_process_serves_the_copy_with_the_same_champions(
    world: World, tmp_path: Path
) -> None:
    Checkpoint(tmp_path).save(world.source.desired_state(), world.state.snapshot)
    state = ServingState(world.clock)
    loader = ModelLoader(world.artifacts, read_regressor, world.clock)
    Reconciler(state, loader).reconcile(Checkpoint(tmp_path))
    served = state.snapshot.sites["marrakech"]
    assert set(served.models) == set(FORECAST_VARIABLES)
    now, before = (
        snapshot.sites["marrakech"].forecasts[Variable.TEMPERATURE_MAX].forecast
        for snapshot in (state.snapshot, world.state.snapshot)
    )
    assert now is not None
    assert before is not None
    assert now.value.tolist() == before.value.tolist()


def test_unchanged_state_is_not_written_again(world: World, tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save(world.source.desired_state(), world.state.snapshot)
    for file in tmp_path.iterdir():
        file.unlink()
    checkpoint.save(world.source.desired_state(), world.state.snapshot)
    assert not list(tmp_path.iterdir())


def test_no_half_written_file_is_left_behind(world: World, tmp_path: Path) -> None:
    Checkpoint(tmp_path).save(world.source.desired_state(), world.state.snapshot)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "desired.json",
        "history-marrakech.npz",
    ]


def test_failed_write_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    (tmp_path / "history-marrakech.npz").mkdir()  # a folder where the file should be
    with pytest.raises(IsADirectoryError):
        Checkpoint(tmp_path).save(world.source.desired_state(), world.state.snapshot)
    assert [file.name for file in tmp_path.iterdir()] == ["history-marrakech.npz"]


def test_name_of_a_site_cannot_leave_the_folder(world: World, tmp_path: Path) -> None:
    snapshot = world.state.snapshot
    served = snapshot.sites["marrakech"]
    strange = type(snapshot)({"../../evil": served})
    Checkpoint(tmp_path / "deep" / "deeper").save(world.source.desired_state(), strange)
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize("content", [b"", b"{", b'{"sites": 1}'])
def test_damaged_copy_is_refused_as_a_value_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "desired.json").write_bytes(content)
    with pytest.raises(ValueError, match="DesiredState"):
        Checkpoint(tmp_path).desired_state()
