"""What a training of ours costs: one site, ten and fifty, by the whole system on this machine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.report import Cell, Report, Table
from benchmarks.setting import Setting
from benchmarks.train.automl import seconds_of_automlforecast
from benchmarks.train.sites import add_sites, six_years
from benchmarks.train.system import running_system
from benchmarks.train.watching import (
    contenders_of,
    peak_rss_mb,
    processor_seconds,
    seconds_of_trainings,
)
from local.command.records import session_of
from local.stack.running import Stack
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS

NUMBERS_OF_SITES = (1, 10, 50)
TRIALS = 20
# No study may end before its trials are done: they are what is measured.
_TUNING_SECONDS = 800.0
_MOST_TRAINERS = 3

_NOTES = f"""
Ours is the whole native system: PostgreSQL, Redis, MLflow, Celery, all services, {_MOST_TRAINERS} \
trainers at most, one a core.
{len(FORECAST_VARIABLES)} variables, {len(Family)} families, {{trials}} trials each, \
{len(LEAD_DAYS)} leads, a backtest of 365 days refitted monthly; every site has the same six \
years of Marrakech and no neighbours.
Time runs from the first plan in the ledger to the last selection; processor time is that of all \
trainers meanwhile, by the kernel; memory is the peak of their resident sets, added.
AutoMLForecast: one variable; ridge, random forest and LightGBM with its own search spaces, \
{{trials}} trials each on twelve weeks of the last year, and a final fit: no backtest, no record.
The ratio is ours for one variable (a fifth of one site's time) to AutoMLForecast's.
"""


@dataclass(frozen=True)
class Measured:
    """What training a number of sites cost.

    Attributes
    ----------
    seconds : float
        From the first plan to the last selection.
    processor_seconds : float
        Of all trainers meanwhile.
    peaks_mb : list of float
        Most memory of each trainer, since the start of the system.
    """

    n_sites: int
    seconds: float
    processor_seconds: float
    peaks_mb: list[float]

    @property
    def seconds_per_site(self) -> float:
        """How long a site takes."""
        return self.seconds / self.n_sites

    @property
    def processor_seconds_per_site(self) -> float:
        """What a site costs, whatever else the machine does."""
        return self.processor_seconds / self.n_sites


def run(setting: Setting) -> Report:
    """Train sites and measure; the same trainers do it all, so that a leak would show."""
    history, is_simulated = six_years()
    trials = setting.trials or TRIALS
    n_trainers = min(_MOST_TRAINERS, os.cpu_count() or 1)
    with running_system(
        trials=trials, tuning_seconds=_TUNING_SECONDS, trainers=n_trainers
    ) as stack:
        measured = _measure(stack, history, setting)
    with setting.steps("AutoMLForecast", 1) as tick:
        seconds_of_other = seconds_of_automlforecast(history, trials, threads=n_trainers)
        tick("one variable")
    return Report(
        figures=_figures(measured, seconds_of_other) | {"trainers": float(n_trainers)},
        tables={"train": _table(measured, seconds_of_other)},
        notes=_NOTES.format(trials=trials).strip().splitlines(),
        warnings=["SIMULATED WEATHER: there is no ../shared/data."] if is_simulated else [],
    )


def _measure(stack: Stack, history: DailyHistory, setting: Setting) -> list[Measured]:
    found: list[Measured] = []
    for n_sites in setting.sites or NUMBERS_OF_SITES:
        first = sum(earlier.n_sites for earlier in found)
        with setting.steps(f"train {n_sites}", contenders_of(n_sites)) as tick:
            before = processor_seconds(stack)
            with session_of(stack) as session:
                sites = add_sites(session, history, n_sites, first=first)
            seconds = seconds_of_trainings(stack, sites, tick)
            spent = processor_seconds(stack) - before
        found.append(Measured(n_sites, seconds, spent, peak_rss_mb(stack)))
    return found


def _figures(measured: Sequence[Measured], seconds_of_other: float) -> dict[str, float]:
    alone = measured[0]
    figures = {
        **{f"seconds_per_site_{m.n_sites}": m.seconds_per_site for m in measured},
        **{
            f"processor_seconds_per_site_{m.n_sites}": m.processor_seconds_per_site
            for m in measured
        },
        "peak_rss_mb": sum(alone.peaks_mb),
        **{f"peak_rss_mb_{m.n_sites}": sum(m.peaks_mb) for m in measured},
        "seconds_of_automlforecast": seconds_of_other,
        "ratio_to_automlforecast": (
            alone.seconds_per_site / len(FORECAST_VARIABLES) / seconds_of_other
        ),
    }
    if len(measured) > 1:
        figures["cost_exponent"] = _exponent(measured, [m.seconds for m in measured])
        spent = [m.processor_seconds for m in measured]
        figures["processor_cost_exponent"] = _exponent(measured, spent)
    return {name: round(value, 4) for name, value in figures.items()}


def _exponent(measured: Sequence[Measured], costs: Sequence[float]) -> float:
    """Return by which power of the number of sites the whole cost grows; 1 is constant a site."""
    numbers = np.log([m.n_sites for m in measured])
    return float(np.polyfit(numbers, np.log(costs), 1)[0])


def _table(measured: Sequence[Measured], seconds_of_other: float) -> Table:
    rows: list[list[Cell]] = [
        [
            *("ours", m.n_sites, m.seconds, m.seconds_per_site, m.processor_seconds_per_site),
            *(sum(m.peaks_mb), max(m.peaks_mb)),
        ]
        for m in measured
    ]
    other = "AutoMLForecast, one variable"
    rows.append([other, 1, seconds_of_other, seconds_of_other, "", "", ""])
    columns = (
        *("", "sites", "seconds", "seconds a site", "processor seconds a site"),
        *("peak RSS, MB", "largest trainer, MB"),
    )
    return Table("Trainings", columns, rows)
