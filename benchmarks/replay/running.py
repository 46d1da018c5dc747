"""One replay by the command line, as a user would run it, and what is read from it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from local.command.replay_report import records_of
from local.replay.opening import opened
from local.report import Record
from local.report.measures import costs, mean_cost
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
    """

    place: str
    seconds: float
    rss_mb: tuple[float, float]
    promotions: dict[str, int]
    errors: dict[str, float]

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
    first, last = record["rss_mb"][-1]
    return Replayed(
        place=span.place,
        seconds=sum(record["run_seconds"]),
        rss_mb=(first, last),
        promotions={name: found["promotions"] for name, found in record["databases"].items()},
        errors=_errors(records),
    )


def _errors(records: Sequence[Record]) -> dict[str, float]:
    found = costs(records, records[0])
    return {name: 1.0 + mean_cost(of_variables) for name, of_variables in found.items()}
