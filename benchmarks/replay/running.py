"""One replay by the command line, as a user would run it, and what is read from it."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from local.command.replay_report import records_of
from local.replay.opening import opened
from local.report import Record
from local.report.measures import costs, mean_cost
from shared.adapters.database import make_engine
from shared.adapters.tables import candidates, contenders
from shared.errors import ClimateError

GATE, LOWER_RMSE = "gate", "lower-rmse"


@dataclass(frozen=True)
class Span:
    """What is replayed: a file's days from the first to the last."""

    place: str
    data: Path
    first: date
    last: date


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    Attributes
    ----------
    errors : dict of str to float
        RMSE of what each policy's champions forecast, relative to the gate's, on average over the
        variables, on the days and leads both forecast.
    lower_registered : int
        Promotions of a rule that looks at nothing but the RMSE each model was registered with.
    """

    place: str
    seconds: float
    rss_mb: tuple[float, float]
    promotions: dict[str, int]
    errors: dict[str, float]
    lower_registered: int

    @property
    def ratio_to_best(self) -> float:
        """The gate's error beside that of the policy which did best, in hindsight."""
        return 1.0 / min(self.errors.values())


def replayed_span(span: Span, policies: Sequence[str], home: Path, *, fresh: bool) -> Replayed:
    """Replay, or take up what was begun; raises `ClimateError` if it fails."""
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    climate = Path(sys.executable).parent / "climate"
    done = subprocess.run(  # noqa: S603 - our own program
        [
            climate, "replay", "--data", span.data, "--site", span.place,
            "--from", str(span.first), "--to", str(span.last), "--home", home, "--json",
            *(word for policy in policies for word in ("--policy", policy)),
        ],
        capture_output=True,
        check=False,
        text=True,
    )  # fmt: skip
    if done.returncode:
        raise ClimateError(f"The replay of {span.place} failed: {done.stderr.strip()[-500:]}")
    return _read(span, home, json.loads(done.stdout))


def _read(span: Span, home: Path, record: dict[str, Any]) -> Replayed:
    with opened(home) as kept:
        records = records_of(kept, span.place)
        registered = _registered(kept.url(GATE))
    first, last = record["rss_mb"][-1]
    return Replayed(
        place=span.place,
        seconds=sum(record["run_seconds"]),
        rss_mb=(first, last),
        promotions={name: found["promotions"] for name, found in record["databases"].items()},
        errors=_errors(records),
        lower_registered=promotions_by_registered_rmse(registered),
    )


def promotions_by_registered_rmse(registered: Iterable[tuple[str, float]]) -> int:
    """Count what a rule would promote that takes every lower RMSE, each of its own backtest.

    Parameters
    ----------
    registered : iterable of (variable, RMSE)
        Of the winners of all contests, the oldest first; whatever policy lived, they are the same.
    """
    champions: dict[str, float] = {}
    promotions = 0
    for variable, rmse in registered:
        if rmse < champions.get(variable, math.inf):
            champions[variable] = rmse
            promotions += 1
    return promotions


def _registered(url: str) -> list[tuple[str, float]]:
    rmse = contenders.c.metrics["rmse"].as_float()
    statement = (
        select(candidates.c.variable, rmse)
        .join(contenders, contenders.c.contender_id == candidates.c.contender_id)
        .order_by(candidates.c.registered_at, candidates.c.variable)
    )
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return [(variable, rmse) for variable, rmse in connection.execute(statement)]
    finally:
        engine.dispose()


def _errors(records: Sequence[Record]) -> dict[str, float]:
    found = costs(records, records[0])
    return {name: 1.0 + mean_cost(of_variables) for name, of_variables in found.items()}
