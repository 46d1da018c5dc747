"""The replay on real use cases and a real database: the same record, whatever interrupts it."""

import signal
from pathlib import Path
from typing import Any

import pytest

from local.replay.opening import kept_record
from tests.support.replays import FIRST, finish_replay, start_replay
from tests.support.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

_POLICIES = ("gate", "never")


def _finish(home: Path, *injected: str) -> dict[str, Any]:
    finish_replay(home, injected, days=3, retrain_every=1, policies=_POLICIES)
    return {name: found["ledger_hash"] for name, found in kept_record(home)["databases"].items()}


def test_replay_ends_in_the_same_hash_when_it_was_killed_in_the_middle(tmp_path: Path) -> None:
    whole = _finish(tmp_path / "whole")

    home = tmp_path / "killed"
    killed = start_replay(home, days=3, retrain_every=1, policies=_POLICIES)
    models = home / "artifacts"
    wait_until(lambda: models.exists() and len(list(models.iterdir())) > 2, what="some models")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    resumed = _finish(home)

    assert set(whole) == {"gate", "never"}
    assert resumed == whole


def test_replay_ends_in_another_hash_when_something_was_injected(tmp_path: Path) -> None:
    plain = _finish(tmp_path / "plain")

    shifted = _finish(tmp_path / "shifted", f"shift@{FIRST}")

    assert shifted["gate"] != plain["gate"]
