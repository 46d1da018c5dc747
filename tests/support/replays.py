"""Replays of made-up weather in a process of their own, as for a user without any server."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import structlog

from collector.ports import Days
from local.replay.policies import Policy
from local.replay.run import Request, replay
from local.replay.system import Terms
from local.replay.weather import Injected
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable
from trainer.selection import Weights

ROOT = Path(__file__).parents[2]
# Enough for intervals that hold: after 430 days the gate still refuses most of them.
KNOWN_DAYS = 900
FIRST_WEATHER = date(2019, 7, 15)
#: First day that is lived through.
FIRST = FIRST_WEATHER + timedelta(days=KNOWN_DAYS)
SEED, TRIALS = 1, 1

_NAMES = (Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN)
_ERROR = 40  # of the log


def made_up_days(days: int) -> Days:
    """Return weather until so many days from `FIRST` on: a season, and anomalies in runs."""
    n_days = KNOWN_DAYS + days
    draws = np.random.default_rng(7).normal(size=(5500, 3))[:n_days]
    anomaly = np.zeros((n_days, len(_NAMES)))
    for n in range(1, n_days):
        anomaly[n] = 0.7 * anomaly[n - 1] + 0.4 * (draws[n, 0] + 0.5 * draws[n, 1:])
    return {
        FIRST_WEATHER + timedelta(days=n): {
            name: round(20 + 8 * np.sin(n / 58.1) - 5 * place + float(anomaly[n, place]), 1)
            for place, name in enumerate(_NAMES)
        }
        for n in range(n_days)
    }


def start_replay(
    home: Path,
    injected: Sequence[str] = (),
    *,
    days: int,
    retrain_every: int,
    policies: Sequence[str] = ("gate",),
) -> subprocess.Popen[bytes]:
    """Start a replay of `days` days from `FIRST` on, in a folder."""
    environment = {name: v for name, v in os.environ.items() if name != "CLIMATE_DATABASE_URL"}
    given = [str(home), str(days), str(retrain_every), ",".join(policies), *injected]
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.support.replays", *given], cwd=ROOT, env=environment
    )


def finish_replay(
    home: Path,
    injected: Sequence[str] = (),
    *,
    days: int,
    retrain_every: int = 7,
    policies: Sequence[str] = ("gate",),
) -> None:
    """Replay to the end; fails where that fails."""
    process = start_replay(
        home, injected, days=days, retrain_every=retrain_every, policies=policies
    )
    try:
        assert process.wait() == 0
    finally:
        process.terminate()


def _main(home: str, days: str, retrain_every: str, policies: str, *injected: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_ERROR))
    weather = made_up_days(int(days))
    request = Request(
        {DEFAULT_SITE.site_id: (DEFAULT_SITE, weather)},
        FIRST,
        max(weather),
        [Policy(name) for name in policies.split(",")],
        # Time that is measured must not decide which family wins.
        Terms(SEED, TRIALS, timedelta(days=int(retrain_every)), Weights(time=0.0)),
        [Injected.parse(words) for words in injected],
    )
    replay(request, Path(home), lambda *_: None)


if __name__ == "__main__":
    _main(*sys.argv[1:])
