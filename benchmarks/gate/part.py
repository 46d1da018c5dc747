"""The gate: how fast it decides, how often it errs, and what verifying a year of sites takes."""

import logging
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from benchmarks.gate.deciding import Decided, decide_contests, rates
from benchmarks.gate.power import OWN_SHARE, REAL_ADVANTAGE, promotion_rate
from benchmarks.gate.verifying import DAYS, Year
from benchmarks.ingest.servers import postgres
from benchmarks.report import Report, Table
from benchmarks.setting import Setting
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS

SITES, DECIDED_SITES = 1000, 40
RUNS = 200
#: Paired days of the comparisons in the table, and advantages; the first of each is a figure.
_DAYS, _ADVANTAGES = (120, 240, 365), (0.0, 0.02, 0.05, REAL_ADVANTAGE)

_NOTES = f"""
Decisions: the gate's own job, one worker, one contest a variable: reading the record, trying the \
artifact out from 21 days, every criterion, decision, promotion and event in one transaction. The \
artifacts are linear regressions on six years, on disk already; `decisions_per_second` is beside a \
champion, with the comparison on a year of paired days.
Promotion rates: {RUNS} seeded runs each through the whole table of criteria; errors that run for \
days, a champion that adds {OWN_SHARE:.0%} of the weather's variance of its own.
Verification: {len(FORECAST_VARIABLES)} variables, {len(LEAD_DAYS)} leads, {DAYS} days; planning, \
scoring, events and ledger, one worker. The growth is the median of five days after a year to that \
of five days after a month.
PostgreSQL as the native stack runs it: durable, 64 MB of shared buffers, on the same cores.
"""


def run(setting: Setting) -> Report:
    """Decide, err, verify."""
    n_sites = setting.sites[0] if setting.sites else SITES
    # A line a decision would be most of what is printed, and some of what is measured.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as name, postgres(Path(name)) as new_database:
        with setting.steps("decide", 1) as tick, _sessions(new_database()) as sessions:
            decided = decide_contests(sessions, min(DECIDED_SITES, n_sites))
            tick(f"{decided[-1].per_second:.1f} decisions/s")
        power = _power(setting)
        with setting.steps(f"verify {n_sites} sites", 4) as tick, _sessions(new_database()) as on:
            year = Year(on, n_sites)
            year.live(tick)
            scored = year.scored()
    return Report(
        figures=rates(decided) | _rates_of(power) | _figures(year, scored),
        tables={"power": _power_table(power), "decisions": _decision_table(decided)},
        notes=_NOTES.strip().splitlines(),
    )


@contextmanager
def _sessions(database_url: str) -> Iterator[SessionFactory]:
    engine = make_engine(database_url)
    try:
        yield make_session_factory(engine)
    finally:
        engine.dispose()


Power = dict[tuple[int, float], float]


def _power(setting: Setting) -> Power:
    """Return the promotion rate by paired days and advantage."""
    cases = [(days, advantage) for days in _DAYS for advantage in _ADVANTAGES]
    with setting.steps("err", len(cases)) as tick:
        found: Power = {}
        for days, advantage in cases:
            found[days, advantage] = promotion_rate(days=days, advantage=advantage, runs=RUNS)
            tick(f"{days} days, {advantage:.0%} better: {found[days, advantage]:.1%} promoted")
    return found


def _rates_of(power: Power) -> dict[str, float]:
    equal = {f"equal_skill_promotion_rate_{days}_days": power[days, 0.0] for days in _DAYS}
    return {
        "equal_skill_promotion_rate": max(equal.values()),
        **equal,
        "real_gain_promotion_rate": power[_DAYS[0], REAL_ADVANTAGE],
    }


def _figures(year: Year, scored: int) -> dict[str, float]:
    return {
        "seconds_of_verifying_a_year": round(year.seconds, 1),
        "forecasts_verified": scored,
        "forecasts_verified_per_second": round(scored / year.seconds),
        "seconds_of_a_day_after_a_month": round(statistics.median(year.early), 3),
        "seconds_of_a_day_after_a_year": round(statistics.median(year.late), 3),
        "daily_verification_growth": round(year.growth, 3),
    }


def _power_table(power: Power) -> Table:
    columns = ("paired days", *(f"{advantage:.0%} better" for advantage in _ADVANTAGES))
    rows = [(days, *(power[days, advantage] for advantage in _ADVANTAGES)) for days in _DAYS]
    return Table("Share of candidates promoted", columns, rows)


def _decision_table(decided: list[Decided]) -> Table:
    rows = [
        (which, one.decisions, one.seconds, one.per_second)
        for which, one in zip(("no champion", "beside a champion"), decided, strict=True)
    ]
    return Table("Decisions", ("", "decisions", "seconds", "a second"), rows)
