"""Replays of made-up weather in a process of their own, as for a user without any server."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

#: First day of the weather; 430 days of it are known when the first day is lived through.
FIRST_WEATHER = date(2020, 10, 28)
FIRST = FIRST_WEATHER + timedelta(days=430)

_PROGRAM = """
import sys
from datetime import date, timedelta
from pathlib import Path
import numpy as np
import structlog
from local.replay.policies import Policy
from local.replay.run import Request, replay
from local.replay.system import Terms
from local.replay.weather import Injected
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable

home, days, every, policies, *injected = sys.argv[1:]
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
names = (Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MEAN, Variable.TEMPERATURE_MIN)
first, n_days = date.fromisoformat("{first}"), 430 + int(days)
rng = np.random.default_rng(7)
anomaly = np.zeros((n_days, 3))
for n in range(1, n_days):
    anomaly[n] = 0.7 * anomaly[n - 1] + 0.4 * (rng.normal() + 0.5 * rng.normal(size=3))
weather = {{
    first + timedelta(days=n): {{
        name: round(20 + 8 * np.sin(n / 58.1) - 5 * place + float(anomaly[n, place]), 1)
        for place, name in enumerate(names)
    }}
    for n in range(n_days)
}}
request = Request(
    {{DEFAULT_SITE.site_id: (DEFAULT_SITE, weather)}},
    first + timedelta(days=430),
    max(weather),
    [Policy(name) for name in policies.split(",")],
    Terms(seed=1, trials=1, retrain_every=timedelta(days=int(every))),
    [Injected.parse(words) for words in injected],
)
replay(request, Path(home), lambda *_: None)
"""


def start_replay(
    home: Path,
    injected: Sequence[str] = (),
    *,
    days: int,
    retrain_every: int,
    policies: Sequence[str] = ("gate",),
) -> subprocess.Popen[bytes]:
    """Start a replay of `days` days from `FIRST` on, in a folder."""
    program = _PROGRAM.format(first=FIRST_WEATHER.isoformat())
    environment = {name: v for name, v in os.environ.items() if name != "CLIMATE_DATABASE_URL"}
    given = [str(home), str(days), str(retrain_every), ",".join(policies), *injected]
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *given], env=environment
    )
