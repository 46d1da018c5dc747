"""Rows a second into the database for 1, 100 and 1 000 sites, beside a bare COPY of the same."""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from benchmarks.ingest.copying import copy_again
from benchmarks.ingest.ours import Ingested, ingest
from benchmarks.ingest.servers import postgres, provider
from benchmarks.ingest.task import Span
from benchmarks.report import Report, Table
from benchmarks.setting import Setting
from collector.open_meteo.calls import OBSERVED

_SITES = (1, 100, 1000)
# Small amounts are over in a blink, so they are measured several times; the best counts for both.
_REPEATED, _FEW_SITES = 5, 10
_BEARABLE_RATIO = 1 / 3

_NOTES = """
Ours: HTTP answer, payload compressed and kept, strict reading, quality checks against what is
stored, revisions, event and job, one transaction a site: the collector's own use case and runner.
A worker lives for weeks: one site more is collected before the clock starts, its time given apart.
The provider is the server of recorded weather in a process of its own; answers are prepared.
COPY: the same rows, read from a file, into the same table with the same indexes, one transaction.
PostgreSQL as the native stack runs it: durable, 64 MB of shared buffers.
Server, provider and collector share the cores of this machine.
The exponent is the slope of log seconds on log sites, from 100 sites on where there are as many.
"""


@dataclass(frozen=True)
class Pair:
    """Ours and the limit, for the same rows."""

    ours: Ingested
    copy_seconds: float

    @property
    def rows_per_second(self) -> float:
        """Ours."""
        return self.ours.n_rows / self.ours.seconds

    @property
    def ratio(self) -> float:
        """Ours to that of COPY."""
        return self.copy_seconds / self.ours.seconds


def run(setting: Setting) -> Report:
    """Ingest and copy, for each number of sites."""
    span = Span.ending_yesterday()
    numbers = setting.sites or _SITES
    with (
        tempfile.TemporaryDirectory() as name,
        postgres(Path(name)) as new_database,
        provider(Path(name), span.first, span.last) as provider_url,
        setting.steps("ingest", len(numbers)) as tick,
    ):
        _prepare_answers(provider_url, span)
        pairs = []
        for n_sites in numbers:
            times = _REPEATED if n_sites <= _FEW_SITES else 1
            runs = []
            for _ in range(times):
                database_url = new_database()
                runs.append(
                    ingest(n_sites, span, database_url=database_url, provider_url=provider_url)
                )
            best = min(runs, key=lambda one: one.seconds)
            pairs.append(Pair(best, copy_again(database_url, Path(name), times=times)))
            tick(f"{n_sites} sites: {pairs[-1].rows_per_second:,.0f} rows/s")
    return Report(
        figures=_figures(pairs),
        tables={"by_sites": _table(pairs)},
        notes=_NOTES.strip().splitlines(),
        warnings=_warnings(pairs),
    )


def _prepare_answers(url: str, span: Span) -> None:
    """Ask for enough places that every answer has been made once before anything is measured."""
    with httpx.Client(trust_env=False, timeout=60) as http:
        for number in range(300):
            http.get(
                f"{url}/v1/archive",
                params={
                    "latitude": -60.0 + 3.0 * (number % 40),
                    "longitude": -160.0 + 10.0 * (number // 40),
                    "start_date": span.first.isoformat(),
                    "end_date": span.last.isoformat(),
                    "daily": ",".join(OBSERVED.series),
                },
            ).raise_for_status()


def _figures(pairs: Sequence[Pair]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for pair in pairs:
        name = f"{pair.ours.n_sites}_site{'s' if pair.ours.n_sites > 1 else ''}"
        figures |= {
            f"rows_per_second_{name}": round(pair.rows_per_second),
            f"ratio_to_copy_{name}": round(pair.ratio, 3),
            f"peak_rss_mb_{name}": round(pair.ours.peak_rss_mb, 1),
            f"seconds_{name}": round(pair.ours.seconds, 3),
            f"seconds_of_the_first_before_{name}": round(pair.ours.seconds_of_the_first, 3),
        }
    figures["ratio_to_copy"] = round(pairs[-1].ratio, 3)
    if len(pairs) > 1:
        figures["cost_exponent"] = round(_exponent(pairs), 3)
    return figures


def _exponent(pairs: Sequence[Pair]) -> float:
    """Return how the time grows with the number of sites: 1 is a constant cost a site."""
    many = [pair for pair in pairs if pair.ours.n_sites >= min(100, pairs[-2].ours.n_sites)]
    sites = [math.log(pair.ours.n_sites) for pair in many]
    seconds = [math.log(pair.ours.seconds) for pair in many]
    return float(np.polyfit(sites, seconds, 1)[0])


def _table(pairs: Sequence[Pair]) -> Table:
    columns = ("sites", "rows", "rows/s", "COPY rows/s", "ratio", "ms a site", "RSS MB", "findings")
    rows = [
        (
            pair.ours.n_sites,
            pair.ours.n_rows,
            round(pair.rows_per_second),
            round(pair.ours.n_rows / pair.copy_seconds),
            pair.ratio,
            1000 * pair.ours.seconds / pair.ours.n_sites,
            round(pair.ours.peak_rss_mb),
            pair.ours.n_findings,
        )
        for pair in pairs
    ]
    return Table("From HTTP answer to committed rows, ten years a site", columns, rows)


def _warnings(pairs: Sequence[Pair]) -> list[str]:
    slow = [pair for pair in pairs if pair.ratio < _BEARABLE_RATIO]
    return [
        f"Below a third of COPY's rate at {pair.ours.n_sites} sites: {pair.ratio:.2f}."
        for pair in slow
    ]
