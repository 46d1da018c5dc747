"""The plot of the part: error by lead of everybody, and of ours at every place."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from benchmarks.skill.references import DAMPED
from benchmarks.skill.results import FORECASTERS, OURS, Result
from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import LEAD_DAYS

_DOTS_PER_INCH = 130


def plot_skill(results: Sequence[Result], path: Path) -> None:
    """Draw the plot as PNG."""
    mpl.use("Agg")
    figure = Figure(figsize=(12, 5), layout="constrained")
    everybody, places = figure.subplots(1, 2, sharey=False)
    for name in FORECASTERS:
        ratios = _ratios(results, name)
        everybody.plot(
            LEAD_DAYS, ratios.mean(axis=0), marker="o", label=name, lw=3 if name == OURS else 1.3
        )
    everybody.set_title(f"Mean over {len(results)} places")
    # Persistence leaves the picture at long leads, where it is of no interest.
    everybody.set_ylim(0.8, 1.4)
    everybody.legend()
    for result, ratios in zip(results, _ratios(results, OURS), strict=True):
        has_neighbours = bool(result.exam.known.neighbours)
        places.plot(LEAD_DAYS, ratios, lw=1, color="tab:blue" if has_neighbours else "tab:grey")
        places.annotate(result.exam.place, (LEAD_DAYS[-1], ratios[-1]), fontsize=7)
    places.set_title("Ours at each place (blue: with neighbours)")
    for axes in (everybody, places):
        axes.axhline(1.0, color="black", lw=0.8)
        axes.set_xlabel("lead (days)")
        axes.set_ylabel("MAE relative to damped persistence")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DOTS_PER_INCH)


def _ratios(results: Sequence[Result], name: str) -> FloatArray:
    """Return MAE relative to damped persistence, shape (n_places, 7)."""
    return np.array([result.ratios(name, DAMPED) for result in results])
