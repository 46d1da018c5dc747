"""The replay on real use cases and a real database: the same record, whatever interrupts it."""

import signal
import subprocess
from pathlib import Path

import pytest

from local.replay.opening import kept_record
from tests.support.replays import FIRST, finish_replay, start_replay
from tests.support.servers import wait_until
from tests.support.stack import CLIMATE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

_POLICIES = ("gate", "never")


def _finish(home: Path, *injected: str) -> dict[str, str]:
    finish_replay(home, injected, days=3, retrain_every=1, policies=_POLICIES)
    return {name: found["ledger_hash"] for name, found in kept_record(home)["databases"].items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a replay that nothing interrupted."""
    home = tmp_path_factory.mktemp("whole")
    _finish(home)
    return home


def test_replay_ends_in_the_same_hash_when_it_was_killed_in_the_middle(
    whole: Path, tmp_path: Path
) -> None:
    killed = start_replay(tmp_path, days=3, retrain_every=1, policies=_POLICIES)
    models = tmp_path / "artifacts"
    wait_until(lambda: models.exists() and len(list(models.iterdir())) > 2, what="some models")
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    resumed = _finish(tmp_path)

    assert set(resumed) == set(_POLICIES)
    assert resumed == _finish(whole)  # which only reads what is there


def test_replay_ends_in_another_hash_when_something_was_injected(
    whole: Path, tmp_path: Path
) -> None:
    assert _finish(tmp_path, f"shift@{FIRST}")["gate"] != _finish(whole)["gate"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["audit"], "as it was written"),
        (["decisions"], "Promoted: the first candidate."),
        (["sites", "--json"], '"Marrakech"'),
    ],
)
def test_commands_work_on_the_record_of_a_replay(
    whole: Path, command: list[str], told: str
) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [CLIMATE, "replayed", "--home", whole, "--policy", "never", *command],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
