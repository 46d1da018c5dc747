"""The replay on real use cases and a real database: the same record, whatever interrupts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.replay.opening import RECORD
from tests.support.servers import wait_until

_DAYS = 430
_PROGRAM = """
import sys
from datetime import date, timedelta
from pathlib import Path
import numpy as np
from local.replay.policies import Policy
from local.replay.run import Request, replay
from local.replay.system import Terms
from local.replay.weather import Injected
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable

names = (Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MEAN, Variable.TEMPERATURE_MIN)
noise = np.random.default_rng(7).normal(size={days})
first = date(2020, 1, 1)
weather = {{
    first + timedelta(days=n): {{
        name: round(20 + 8 * np.sin(n / 58.1) + 2 * float(noise[n]) - 5 * place, 1)
        for place, name in enumerate(names)
    }}
    for n in range({days})
}}
request = Request(
    {{DEFAULT_SITE.site_id: (DEFAULT_SITE, weather)}},
    max(weather) - timedelta(days=2),
    max(weather),
    [Policy.GATE, Policy.NEVER],
    Terms(seed=1, trials=1, retrain_every=timedelta(days=1)),
    [Injected.parse(words) for words in sys.argv[2:]],
)
if __name__ == "__main__":  # the processes that train import this again
    replay(request, Path(sys.argv[1]), lambda *_: None)
"""


def _start(home: Path, *injected: str) -> subprocess.Popen[bytes]:
    program = _PROGRAM.format(days=_DAYS)
    # A server of its own, as for a user without any.
    environment = {name: v for name, v in os.environ.items() if name != "CLIMATE_DATABASE_URL"}
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(home), *injected], env=environment
    )


def _finish(home: Path, *injected: str) -> str:
    assert _start(home, *injected).wait(timeout=300) == 0
    return (home / RECORD).read_text(encoding="utf-8")


def _hashes(record: str) -> list[str]:
    return [line for line in record.splitlines() if "ledger_hash" in line]


@pytest.mark.slow
def test_replay_ends_in_the_same_hash_when_it_was_killed_in_the_middle(tmp_path: Path) -> None:
    whole = _finish(tmp_path / "whole")

    home = tmp_path / "killed"
    killed = _start(home)
    models = home / "artifacts"
    wait_until(lambda: models.exists() and len(list(models.iterdir())) > 2, what="some models")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    resumed = _finish(home)

    assert len(_hashes(whole)) == 2
    assert _hashes(resumed) == _hashes(whole)


@pytest.mark.slow
def test_replay_ends_in_another_hash_when_something_was_injected(tmp_path: Path) -> None:
    plain = _finish(tmp_path / "plain")

    shifted = _finish(tmp_path / "shifted", "shift@2021-03-03")

    assert _hashes(shifted) != _hashes(plain)
