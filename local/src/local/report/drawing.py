"""How figures of a report are drawn: once, for paper (PNG) and for the page (SVG).

On the page a figure takes the colours of the reader's light: each colour used here becomes the
variable of the same name in the style sheet.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

# Those of the dashboard, on paper. Each is used for one thing only, so that it can be exchanged.
ACCENT, COOL, RAIN, OLIVE = "#b04522", "#23618f", "#1f6478", "#5d6238"
GOOD, BAD, INK, QUIET = "#24703f", "#a83232", "#1d2129", "#5d6472"
LINE, CARD = "#e6e1d8", "#ffffff"
_VARIABLES = {
    ACCENT: "accent", COOL: "min", RAIN: "rain", OLIVE: "wind", GOOD: "good", BAD: "bad",
    INK: "ink", QUIET: "quiet", LINE: "line", CARD: "card",
}  # fmt: skip
WIDE, NARROW = (10.4, 3.6), (4.3, 3.5)  # inches, of a desk and of a phone
_DOTS_PER_INCH = 150
_FEWEST_DAYS = 28  # on an axis of dates
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STYLE: dict[Any, Any] = {  # matplotlib types its keys, one by one
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "svg.fonttype": "none",  # text stays text: it is found, read aloud and zoomed
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "legend.labelcolor": QUIET,
    "figure.facecolor": CARD,
    "axes.facecolor": CARD,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the dashboard for as long as the block lasts."""
    with mpl.rc_context(_STYLE):
        yield


def panels(
    size: tuple[float, float], *, rows: int = 1, columns: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return a figure and its axes, row by row."""
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    return figure, list(grid.flat)


def in_percent(axes: Axes) -> None:
    """Let the vertical axis be one of shares."""
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda share, _: f"{100.0 * share:.3g}%".replace("-", "\N{MINUS SIGN}"))
    )


def day_number(moment: date | datetime) -> float:
    """Return where a day or time stands on an axis of dates: days since 1970 began."""
    if not isinstance(moment, datetime):
        return float(moment.toordinal() - _EPOCH.toordinal())
    return (moment - _EPOCH) / timedelta(days=1)


def date_axis(axes: Axes, *, at_most: int = 7) -> None:
    """Let the horizontal axis be one of dates, of some weeks at least.

    Left alone, it makes four years around a single day.
    """
    first, last = axes.dataLim.intervalx
    missing = _FEWEST_DAYS - (last - first)
    if np.isfinite(missing) and missing > 0:
        axes.set_xlim(first - missing / 2, last + missing / 2)
    locator = AutoDateLocator(minticks=3, maxticks=at_most)  # type: ignore[no-untyped-call]
    formatter = ConciseDateFormatter(locator, show_offset=False)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)


def save_png(figure: Figure, path: Path) -> None:
    """Write a figure for paper; the same figure gives the same bytes."""
    figure.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def as_svg(figure: Figure, name: str, description: str) -> Markup:
    """Return a figure for the page, in the page's own colours and font.

    Parameters
    ----------
    name : str
        Unique on the page: its parts are named after it.
    description : str
        What somebody is told who does not see it.
    """
    buffer = io.StringIO()
    nothing = {"Creator": None, "Date": None, "Format": None, "Type": None}
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata=nothing)
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"#[0-9a-f]{6}\b", _as_variable, drawn)
    drawn = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--font)", drawn)
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", drawn)
    opening = f'<svg class="chart" role="img" aria-label="{escape(description)}" '
    # What is drawn was made here: labels are written by matplotlib, which escapes them.
    return Markup(re.sub(r"^<svg ", lambda _: opening, re.sub(r"\n\s*", "\n", drawn)))  # noqa: S704


def _as_variable(found: re.Match[str]) -> str:
    name = _VARIABLES.get(found.group())
    return found.group() if name is None else f"var(--{name})"
