"""What the servers are asked: requests as bytes, and histories of which no two are alike."""

import json
from collections.abc import Collection, Sequence
from datetime import timedelta

import numpy as np

from shared.forecasting.forecast import HISTORY_DAYS
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.integration.api.house import VARIABLE

FORECAST_PATH = "/api/v1/forecast?site=marrakech"
#: How far the histories are from each other, in tenths of a unit.
_N_HISTORIES = 500
_SEED = 20261130


def get(path: str) -> str:
    """Return a request for a path."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n"


def post(path: str, body: str) -> str:
    """Return a request that sends JSON."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}"


def histories(history: DailyHistory, seen: Collection[Variable]) -> list[DailyHistory]:
    """Return histories of the days a forecast looks back on, each a little different.

    Parameters
    ----------
    seen : collection of Variable
        What the model looks at, and what is sent.
    """
    rng = np.random.default_rng(_SEED)
    recent = history.since(history.last_date - timedelta(days=HISTORY_DAYS - 1))
    observed = {name: recent.column(name) for name in seen}
    temperature = observed[VARIABLE]
    return [
        DailyHistory(
            recent.first_date,
            {
                **{name: column.round(1) for name, column in observed.items()},
                VARIABLE: (temperature + rng.normal(0.0, 0.2, temperature.size)).round(1),
            },
        )
        for _ in range(_N_HISTORIES)
    ]


def columns_of(history: DailyHistory) -> dict[str, Sequence[object]]:
    """Return a history as columns of plain values, the days first."""
    days = [str(day) for day in history.dates]
    return {"time": days, **{name.value: one.tolist() for name, one in history.values.items()}}


def prediction(history: DailyHistory) -> str:
    """Return the body by which our API is asked for a forecast of one variable."""
    body = {"site": "marrakech", "daily": columns_of(history), "variables": [VARIABLE.value]}
    return json.dumps(body)
