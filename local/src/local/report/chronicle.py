"""The figures of a report that show single events: reigns of champions, and weeks as forecast."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from local.report.drawing import (
    ACCENT,
    BAD,
    COOL,
    GOOD,
    INK,
    NARROW,
    OLIVE,
    QUIET,
    date_axis,
    day_number,
    panels,
)
from local.report.record import Fan, Record, Reign
from local.report.words import FAMILY_WORDS, VARIABLE_WORDS
from shared.forecasting.families import Family
from shared.forecasting.variables import HORIZON_DAYS, VARIABLES, Variable

_FAMILY_COLOURS = {
    Family.LINEAR_REGRESSION: COOL,
    Family.RANDOM_FOREST: GOOD,
    Family.GRADIENT_BOOSTING: OLIVE,
}
_BAR = 0.42
_DAYS_BEFORE = 10  # observed days shown before a forecast


def timeline_figure(record: Record, size: tuple[float, float]) -> Figure:
    """Draw the reigns of champions, a row a variable, with what was refused and taken back."""
    variables = list(record.verified)
    figure, (axes,) = panels((size[0], size[1] * 1.15))
    end = max([record.last_date, *(reign.since.date() for reign in record.reigns)])
    for row, variable in enumerate(variables):
        _draw_reigns(axes, row, [one for one in record.reigns if one.variable is variable], end)
        kept = [
            day_number(one.decided_at)
            for one in record.decisions
            if _is_kept(one.outcome, one.variable, variable)
        ]
        axes.plot(kept, np.full(len(kept), row + 0.36), "|", color=QUIET, markersize=5)
    axes.set_yticks(range(len(variables)), [VARIABLE_WORDS[name] for name in variables])
    axes.set_ylim(len(variables) - 0.45, -0.55)
    axes.grid(visible=False, axis="y")
    date_axis(axes)
    axes.margins(x=0.02)
    figure.legend(
        handles=_key(), loc="outside lower left", ncols=2 if size == NARROW else 6, fontsize=9
    )
    return figure


def _is_kept(outcome: str, decided: Variable, variable: Variable) -> bool:
    return decided is variable and outcome in {"reject", "inconclusive"}


def _draw_reigns(axes: Axes, row: int, reigns: Sequence[Reign], end: date) -> None:
    ends = [*(day_number(one.since) for one in reigns[1:]), day_number(end + timedelta(days=1))]
    for reign, until in zip(reigns, ends, strict=False):  # no reign: the end alone
        since = day_number(reign.since)
        colour = _FAMILY_COLOURS[reign.family]
        axes.barh(row, until - since, left=since, height=_BAR, color=colour, alpha=0.8, linewidth=0)
        is_back = reign.kind == "rollback"
        mark, of = ("X", BAD) if is_back else ("v", ACCENT)
        axes.plot(since, row - _BAR / 2 - 0.1, mark, color=of, markersize=8 if is_back else 4.5)


def _key() -> list[Patch | Line2D]:
    families = [
        Patch(color=colour, alpha=0.8, label=FAMILY_WORDS[family])
        for family, colour in _FAMILY_COLOURS.items()
    ]
    marks = (("v", ACCENT, "promoted"), ("X", BAD, "taken back"), ("|", QUIET, "champion kept"))
    return [
        *families,
        *(Line2D([], [], linestyle="", marker=m, color=c, label=words) for m, c, words in marks),
    ]


def fans_figure(
    record: Record, chosen: Sequence[tuple[str, Fan]], size: tuple[float, float]
) -> Figure:
    """Draw some weeks as they were forecast, beside what came."""
    columns = 1 if size == NARROW else 2
    rows = max(1, -(-len(chosen) // columns))
    height = size[1] * (0.72 if columns == 1 else 0.8) * rows + 0.4
    figure, axes = panels((size[0], height), rows=rows, columns=columns)
    for one, (words, fan) in zip(axes, chosen, strict=False):
        _draw_fan(one, record, fan)
        one.set_title(f"{words}: {fan.reference_date:%-d %B %Y}")
        one.set_ylabel(VARIABLES[record.headline].unit)
    for empty in axes[len(chosen) :]:
        empty.set_axis_off()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=2 if columns == 1 else 4)
    return figure


def _draw_fan(axes: Axes, record: Record, fan: Fan) -> None:
    verified = record.verified[record.headline]
    start = np.datetime64(fan.reference_date)
    leads = start + np.arange(1, HORIZON_DAYS + 1)
    shown = (verified.dates > start - _DAYS_BEFORE) & (verified.dates <= start + HORIZON_DAYS)
    axes.fill_between(
        leads, fan.lower_95, fan.upper_95, color=ACCENT, alpha=0.14, lw=0, label="95 %"
    )
    axes.fill_between(
        leads, fan.lower_80, fan.upper_80, color=ACCENT, alpha=0.24, lw=0, label="80 %"
    )
    axes.plot(leads, fan.value, color=ACCENT, linewidth=2.2, label="forecast")
    axes.plot(
        verified.dates[shown],
        verified.observed[shown],
        "o-",
        color=INK,
        ms=3.5,
        lw=1.1,
        label="came",
    )
    axes.axvline(day_number(fan.reference_date) + 0.5, color=QUIET, lw=0.9, ls=(0, (1, 2)))
    axes.xaxis.set_major_locator(DayLocator(interval=4))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%-d %b"))  # type: ignore[no-untyped-call]
