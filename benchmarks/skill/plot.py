"""The plot of the part: error by lead of everybody, and of ours at every place."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.skill.references import DAMPED
from benchmarks.skill.results import FORECASTERS, OURS, Result
from shared.forecasting.variables import LEAD_DAYS

_DOTS_PER_INCH = 130
_RATIO = "MAE relative to damped persistence"
# Climatology leaves the picture at the first lead, where it is of no interest.
_SHOWN_RATIOS = (0.8, 1.4)


def plot_skill(results: Sequence[Result], path: Path) -> None:
    """Draw the plot as PNG."""
    figure = Figure(figsize=(13, 6), layout="constrained")
    everybody, places = figure.subplots(1, 2)
    _draw_everybody(everybody, results)
    _draw_places(places, results)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DOTS_PER_INCH)


def _draw_everybody(axes: Axes, results: Sequence[Result]) -> None:
    for name in FORECASTERS:
        ratios = np.mean([result.ratios(name, DAMPED) for result in results], axis=0)
        axes.plot(LEAD_DAYS, ratios, marker="o", label=name, lw=3.0 if name == OURS else 1.3)
    axes.set_ylim(*_SHOWN_RATIOS)
    axes.set(title=f"Mean over {len(results)} places", xlabel="lead (days)", ylabel=_RATIO)
    axes.legend(loc="upper center")


def _draw_places(axes: Axes, results: Sequence[Result]) -> None:
    ordered = sorted(results, key=lambda result: result.ratio(OURS, DAMPED), reverse=True)
    rows = range(len(ordered))
    first_lead = [float(result.ratios(OURS, DAMPED)[0]) for result in ordered]
    overall = [result.ratio(OURS, DAMPED) for result in ordered]
    axes.hlines(rows, first_lead, overall, color="lightgrey")
    axes.plot(first_lead, rows, "o", label="lead 1")
    axes.plot(overall, rows, "s", label="leads 1 to 7")
    axes.axvline(1.0, color="black", lw=0.8)
    axes.set_yticks(rows, [_name(result) for result in ordered])
    axes.set(title="Ours at each place (*: with neighbours)", xlabel=_RATIO)
    axes.legend(loc="lower left")


def _name(result: Result) -> str:
    return f"{result.exam.place}{' *' if result.exam.known.neighbours else ''}"
