"""The tables of the part: by place, by forecaster, by lead, and Marrakech in full."""

from collections.abc import Sequence

import numpy as np

from benchmarks.report import Cell, Table
from benchmarks.skill.figures import BEST_KNOWN
from benchmarks.skill.references import DAMPED
from benchmarks.skill.results import FORECASTERS, OURS, Result
from shared.forecasting.scores import coverage_band
from shared.forecasting.variables import LEAD_DAYS

_IN_SHORT = ("ours", "climat.", "persist.", "damped", "ARIMA", "LGBM")
# Of Marrakech these leads are known from elsewhere.
_SHOWN_LEADS = (1, 3, 7)
#: A band that a perfectly calibrated forecaster leaves at one lead in a hundred.
_BAND = 0.99


def by_place(results: Sequence[Result]) -> Table:
    """Return a row a place: the MAE of everybody and the ratios of ours."""
    rows: list[list[Cell]] = [
        [
            result.exam.place,
            result.family,
            len(result.exam.known.neighbours),
            result.n_days,
            *(result.mae(name) for name in FORECASTERS),
            result.ratio(OURS, DAMPED),
            float(result.ratios(OURS, DAMPED)[0]),
            float((result.monthly.mae / result.monthly.mae_damped_persistence).mean()),
            float(result.marks[OURS].coverage_80.mean()),
            float(result.marks[OURS].coverage_95.mean()),
        ]
        for result in results
    ]
    return Table(
        "Daily maximum, MAE over leads 1 to 7 (degC); then ours relative to damped persistence: at "
        "all leads, at lead 1, both refitted monthly; and how often our intervals held",
        (
            *("place", "family", "near", "days", *_IN_SHORT),
            *("/damped", "lead 1", "refitted", "in 80 %", "in 95 %"),
        ),
        rows,
    )


def by_forecaster(results: Sequence[Result]) -> Table:
    """Return a row a forecaster: its scores averaged over places."""
    rows: list[list[Cell]] = []
    for name in FORECASTERS:
        marks = [result.marks[name] for result in results]
        scores = (
            np.mean([m.mae for m in marks]),
            np.mean([m.rmse for m in marks]),
            np.mean([m.r2 for m in marks]),
            np.mean([m.crps for m in marks]),
            np.mean([m.coverage_80 for m in marks]),
            np.mean([m.coverage_95 for m in marks]),
            np.mean([result.ratio(name, DAMPED) for result in results]),
        )
        rows.append([name, *map(float, scores)])
    columns = ("forecaster", "MAE", "RMSE", "R2", "CRPS", "in 80 %", "in 95 %", "MAE/damped")
    return Table("Daily maximum, mean over places", columns, rows)


def by_lead(results: Sequence[Result]) -> Table:
    """Return a row a forecaster: its MAE relative to damped persistence, by lead."""
    rows: list[list[Cell]] = [
        [name, *map(float, np.mean([r.ratios(name, DAMPED) for r in results], axis=0))]
        for name in FORECASTERS
    ]
    return Table(
        "Daily maximum, MAE relative to damped persistence, mean over places",
        ("forecaster", *(f"lead {lead}" for lead in LEAD_DAYS)),
        rows,
    )


def coverage_by_lead(results: Sequence[Result]) -> Table:
    """Return how often our 80 % intervals held, with the bands that chance alone allows.

    Of the model that is never fitted again, and of its recipe fitted again monthly.

    Days that follow each other err alike, and so do places near each other: bands of independent
    days, above all that of all places pooled, are strict ones.
    """
    n_days = [result.n_days for result in results]
    held = np.array([result.marks[OURS].coverage_80 for result in results])
    refitted = np.array([result.monthly.coverage_80 for result in results])
    pooled, again = (
        np.average(shares, axis=0, weights=n_days).tolist() for shares in (held, refitted)
    )
    low, high = coverage_band(0.8, sum(n_days), _BAND)

    def within(share: float) -> str:
        return "yes" if low <= share <= high else "no"

    own_bands = np.array([coverage_band(0.8, days, _BAND) for days in n_days])
    inside = ((own_bands[:, :1] <= held) & (held <= own_bands[:, 1:])).sum(axis=0).tolist()
    rows: list[list[Cell]] = [
        [f"lead {lead}", low, high, once, within(once), monthly, within(monthly), n_inside]
        for lead, once, monthly, n_inside in zip(LEAD_DAYS, pooled, again, inside, strict=True)
    ]
    columns = (
        *("lead", "band from", "band to", "held", "inside", "refitted", "inside"),
        "places inside their own band",
    )
    return Table(f"Our 80 % intervals, pooled over {len(results)} places", columns, rows)


def marrakech(results: Sequence[Result]) -> Table:
    """Return the MAE of everybody for each temperature of 2023, and the best known before."""
    rows: list[list[Cell]] = [
        [
            result.exam.short_variable,
            name,
            *(float(result.marks[name].mae[lead - 1]) for lead in _SHOWN_LEADS),
            result.mae(name),
            BEST_KNOWN[result.exam.variable],
        ]
        for result in results
        for name in FORECASTERS
    ]
    leads = (f"lead {lead}" for lead in _SHOWN_LEADS)
    columns = ("temperature", "forecaster", *leads, "leads 1-7", "best known before")
    return Table("Marrakech 2023, MAE (degC)", columns, rows)
