"""Plots of a backtest, as SVG: how skill fades with the lead, and what the errors look like.

Figures are made without pyplot, which would keep every one of them alive.
"""

import io
from collections.abc import Callable, Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shared.forecasting.cases import PairedCases
from shared.forecasting.variables import LEAD_DAYS, Variable

_SIZE_INCHES = (6.4, 4.0)
_LEADS = np.array(LEAD_DAYS)
_BINS = np.linspace(0.0, 1.0, 11)
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_MOST_FEATURES = 15
# So few cases in a bin say nothing.
_FEWEST_CASES = 10


def plots_of(
    variable: Variable, cases: PairedCases, importances: Mapping[str, float]
) -> dict[str, bytes]:
    """Return the plots of a contender by file name."""
    drawn = {
        "skill_by_lead.svg": _drawn(lambda axes: skill_by_lead(axes, cases)),
        "residuals.svg": _drawn(lambda axes: residuals(axes, cases)),
        "feature_importance.svg": _drawn(
            lambda axes: feature_importance(axes, importances), left=0.45
        ),
    }
    if variable is Variable.PRECIPITATION:
        drawn["reliability.svg"] = _drawn(lambda axes: reliability(axes, cases))
    return drawn


def skill_by_lead(axes: Axes, cases: PairedCases) -> None:
    """Draw the skill against each reference over the lead."""
    metrics = cases.metrics()
    for name in cases.references:
        skill = [metrics[f"skill_vs_{name}_lead_{lead}"] for lead in LEAD_DAYS]
        axes.plot(_LEADS, skill, marker="o", label=f"against {name.replace('_', ' ')}")
    axes.axhline(0.0, color="grey", linewidth=0.8)
    axes.set(title="Skill in the backtest year", xlabel="lead (days)", ylabel="skill")
    axes.legend()


def residuals(axes: Axes, cases: PairedCases) -> None:
    """Draw how forecast minus observation spreads at each lead."""
    errors = cases.forecast - cases.observed
    lowest, low, middle, high, highest = np.quantile(errors, _QUANTILES, axis=0)
    axes.fill_between(_LEADS, lowest, highest, alpha=0.2, label="90 % of the cases")
    axes.fill_between(_LEADS, low, high, alpha=0.4, label="half of the cases")
    axes.plot(_LEADS, middle, marker="o", label="median")
    axes.axhline(0.0, color="grey", linewidth=0.8)
    axes.set(title="Forecast minus observation", xlabel="lead (days)", ylabel="error")
    axes.legend()


def reliability(axes: Axes, cases: PairedCases) -> None:
    """Draw how often it was wet where a probability was forecast (Murphy & Winkler, 1977)."""
    forecast, observed = cases.forecast.ravel(), cases.observed.ravel()
    place = np.clip(np.digitize(forecast, _BINS) - 1, 0, len(_BINS) - 2)
    counts = np.bincount(place, minlength=len(_BINS) - 1)
    shown = counts >= _FEWEST_CASES
    mean = [np.bincount(place, values, len(counts))[shown] for values in (forecast, observed)]
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, label="perfect")
    axes.plot(mean[0] / counts[shown], mean[1] / counts[shown], marker="o", label="forecasts")
    axes.axhline(observed.mean(), linestyle=":", color="grey", label="usual")
    axes.set(title="Reliability", xlabel="forecast probability", ylabel="share of wet days")
    axes.legend()


def feature_importance(axes: Axes, importances: Mapping[str, float]) -> None:
    """Draw which features the fitted model leans on most."""
    leading = sorted(importances.items(), key=lambda item: item[1])[-_MOST_FEATURES:]
    axes.barh([name for name, _ in leading], [share for _, share in leading])
    axes.tick_params(axis="y", labelsize="small")
    axes.set(
        title="What the model leans on",
        xlabel="effect of shuffling the feature",
    )


def _drawn(draw: Callable[[Axes], None], left: float = 0.12) -> bytes:
    # Margins by hand: laying out automatically would draw everything twice.
    figure = Figure(figsize=_SIZE_INCHES)
    draw(figure.add_axes((left, 0.13, 0.96 - left, 0.78)))
    buffer = io.BytesIO()
    # Text stays text; without a date the same figure is the same file.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "climate"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
