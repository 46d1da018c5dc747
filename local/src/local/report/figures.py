"""The figures of a report over time and lead: skill, coverage, calibration, cost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from local.report.drawing import (
    ACCENT,
    COOL,
    GOOD,
    INK,
    NARROW,
    OLIVE,
    QUIET,
    RAIN,
    date_axis,
    in_percent,
    panels,
)
from local.report.measures import (
    REFERENCES,
    Curve,
    chance_band,
    costs,
    coverage_by_lead,
    coverage_over_time,
    skill_by_season,
    skill_over_time,
)
from local.report.record import Record
from local.report.words import POLICIES, REFERENCE_WORDS, SEASON_WORDS, VARIABLE_WORDS
from shared.contracts.issuers import Issuer
from shared.forecasting.variables import LEAD_DAYS, Variable
from shared.forecasting.verification import Verified
from shared.forecasting.verification.summary import reliability

#: Colour, dashes and width of each reference's line.
_REFERENCE_LINES = {
    Issuer.DAMPED_PERSISTENCE: (ACCENT, "solid", 2.4),
    Issuer.PERSISTENCE: (COOL, (0, (6, 2)), 1.5),
    Issuer.CLIMATOLOGY: (OLIVE, (0, (1, 2)), 1.5),
}
_SEASON_COLOURS = (COOL, GOOD, ACCENT, OLIVE)
_SEASON_MARKERS = ("o", "s", "^", "D")
_POLICY_COLOURS = (ACCENT, COOL, OLIVE, RAIN, QUIET)
# Skill far below nought is one bad stretch of a reference's luck; the figure is of the rest.
_LOWEST_SKILL = -0.3
_NOMINAL, _NOMINAL_WIDE = 0.80, 0.95


def skill_figure(record: Record, size: tuple[float, float]) -> Figure:
    """Draw the headline variable's skill against each reference over time."""
    figure, (axes,) = panels(size)
    verified = record.verified[record.headline]
    for reference in (one for one in REFERENCES if one in verified.by_issuer):
        curve = skill_over_time(verified, reference)
        label = f"against {REFERENCE_WORDS[reference]}"
        colour, dashes, width = _REFERENCE_LINES[reference]
        _draw_curve(axes, curve, c=colour, ls=dashes, lw=width, label=label)
    axes.axhline(0.0, color=INK, linewidth=0.9)
    axes.set_ylim(bottom=max(_LOWEST_SKILL, axes.get_ylim()[0]))
    axes.set_title(f"Skill, {VARIABLE_WORDS[record.headline]}")
    in_percent(axes)
    date_axis(axes)
    _legend_below(figure, axes, size)
    return figure


def _draw_curve(axes: Axes, curve: Curve, **look: Any) -> None:  # noqa: ANN401 - matplotlib's
    """Draw values over time; one alone is a dot, since a line needs two."""
    axes.plot(curve.dates, curve.values, marker="o" if len(curve.dates) == 1 else "", **look)


def season_figure(record: Record, size: tuple[float, float]) -> Figure:
    """Draw skill against damped persistence by lead, a panel a variable, a line a season."""
    found = record.verified
    columns = len(found) if size != NARROW else 2
    rows = -(-len(found) // columns)
    figure, axes = panels((size[0], size[1] * (0.75 * rows + 0.25)), rows=rows, columns=columns)
    for one, (variable, verified) in zip(axes, found.items(), strict=False):
        _draw_seasons(one, verified)
        one.set_title(VARIABLE_WORDS[variable], fontsize=9)
    for empty in axes[len(found) :]:
        empty.set_axis_off()
    figure.supxlabel("days ahead", fontsize=9, color=QUIET)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2 if size == NARROW else 4)
    return figure


def _draw_seasons(axes: Axes, verified: Verified) -> None:
    skills = skill_by_season(verified, Issuer.DAMPED_PERSISTENCE)
    looks = zip(SEASON_WORDS.values(), _SEASON_COLOURS, _SEASON_MARKERS, strict=True)
    for values, (label, colour, marker) in zip(skills, looks, strict=True):
        if np.isfinite(values).any():
            axes.plot(LEAD_DAYS, values, color=colour, marker=marker, markersize=3.5, label=label)
    axes.axhline(0.0, color=INK, linewidth=0.9)
    axes.set_xticks(LEAD_DAYS)
    in_percent(axes)
    axes.tick_params(labelsize=8)


def coverage_figure(record: Record, size: tuple[float, float]) -> Figure:
    """Draw how often the 80 % intervals of the headline variable held, and what chance explains."""
    figure, (axes,) = panels(size)
    curve = coverage_over_time(record.verified[record.headline])
    lowest, highest = chance_band(_NOMINAL, curve.window_days)
    axes.axhspan(lowest, highest, color=QUIET, alpha=0.16, linewidth=0, label="within chance")
    axes.axhline(_NOMINAL, color=QUIET, linestyle=(0, (1, 2)), label="promised")
    _draw_curve(axes, curve, color=ACCENT, linewidth=2.2, label="held")
    axes.set_ylim(min(0.6, float(np.nanmin(curve.values)) - 0.02), 1.0)
    axes.set_title(f"80 % intervals, {VARIABLE_WORDS[record.headline]}")
    in_percent(axes)
    date_axis(axes)
    _legend_below(figure, axes, size)
    return figure


def calibration_figure(record: Record, size: tuple[float, float]) -> Figure:
    """Draw the reliability of the chance of rain, and interval coverage by lead."""
    stacked = size == NARROW
    shape = {"rows": 2} if stacked else {"columns": 2}
    figure, (left, right) = panels((size[0], size[1] * (1.9 if stacked else 1.15)), **shape)
    _draw_reliability(left, record.verified.get(Variable.PRECIPITATION))
    _draw_coverage_by_lead(right, record)
    return figure


def _draw_reliability(axes: Axes, verified: Verified | None) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linestyle=(0, (1, 2)), label="perfect")
    if verified is not None and Issuer.CHAMPION in verified.by_issuer:
        champion = verified.by_issuer[Issuer.CHAMPION]
        bins = reliability(champion.probability, verified.target)
        most = max((one.cases for one in bins), default=1)
        said, came = [one.forecast for one in bins], [one.observed for one in bins]
        axes.plot(said, came, color=RAIN, linewidth=1.6)
        sizes = [20 + 160 * one.cases / most for one in bins]
        axes.scatter(said, came, s=sizes, color=RAIN, label="a tenth of the scale", zorder=3)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="chance of rain forecast")
    axes.set_title("How often it rained")
    axes.xaxis.set_major_formatter("{x:.0%}")
    in_percent(axes)
    axes.legend(loc="upper left")


def _draw_coverage_by_lead(axes: Axes, record: Record) -> None:
    colours = (ACCENT, COOL, OLIVE, RAIN, QUIET)
    for (variable, verified), colour in zip(record.verified.items(), colours, strict=False):
        if Issuer.CHAMPION not in verified.by_issuer:
            continue
        inside_80, inside_95 = coverage_by_lead(verified)
        axes.plot(LEAD_DAYS, inside_80, color=colour, label=VARIABLE_WORDS[variable])
        axes.plot(LEAD_DAYS, inside_95, color=colour, linestyle=(0, (6, 2)))
    for level in (_NOMINAL, _NOMINAL_WIDE):
        axes.axhline(level, color=INK, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set(xlabel="days ahead", xticks=LEAD_DAYS)
    axes.set_ylim(top=1.0)
    axes.set_title("Inside 80 % (solid) and 95 % (dashed)")
    in_percent(axes)
    axes.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.2))


def cost_figure(records: Sequence[Record], size: tuple[float, float]) -> Figure:
    """Draw by how much each policy's errors are larger than the first one's, by variable."""
    figure, (axes,) = panels(size)
    found = costs(records, records[0])
    variables = list(records[0].verified)
    others = [record.policy for record in records[1:]]
    height = 0.8 / max(1, len(others))
    for number, policy in enumerate(others):
        more = [found[policy][name].more if name in found[policy] else np.nan for name in variables]
        places = np.arange(len(variables)) + (number - (len(others) - 1) / 2) * height
        colour = _POLICY_COLOURS[1:][number % 4]
        axes.barh(
            places, more, height=height * 0.9, color=colour, label=POLICIES.get(policy, policy)
        )
    axes.axvline(0.0, color=ACCENT, linewidth=1.6)
    axes.set_yticks(range(len(variables)), [VARIABLE_WORDS[name] for name in variables])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter("{x:+.1%}")
    axes.xaxis.set_major_locator(MaxNLocator(4 if size == NARROW else 8))
    axes.set_title(f"Error beside {POLICIES.get(records[0].policy, records[0].policy)}")
    _legend_below(figure, axes, size)
    return figure


def _legend_below(figure: Figure, axes: Axes, size: tuple[float, float]) -> None:
    handles, labels = axes.get_legend_handles_labels()
    columns = 1 if size == NARROW else len(labels)
    figure.legend(handles, labels, loc="outside lower left", ncols=max(1, columns))
