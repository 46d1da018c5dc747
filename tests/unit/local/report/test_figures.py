"""The figures of a report: what they draw, and how they become part of a page."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex

from local.report import write_report
from local.report.chronicle import timeline_figure
from local.report.drawing import ACCENT, NARROW, WIDE, as_svg, day_number, save_png, style
from local.report.figures import cost_figure, coverage_figure, skill_figure
from tests.unit.local.report.records import FIRST, record, verified


def test_skill_figure_draws_each_reference_with_its_numbers() -> None:
    (axes,) = skill_figure(record(), WIDE).axes
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.get_lines()}
    assert drawn["against damped persistence"] == pytest.approx(0.75)
    assert drawn["against persistence"] == pytest.approx(1 - 1 / 16)


def test_axis_of_a_short_record_is_of_weeks_and_not_of_years() -> None:
    short = verified().on(np.arange(len(verified().dates)) < 3)
    (axes,) = skill_figure(record(short), WIDE).axes
    first, last = axes.get_xlim()
    assert first < day_number(FIRST) < last
    assert 28 <= last - first < 40


def test_coverage_figure_has_the_band_of_chance() -> None:
    (axes,) = coverage_figure(record(), WIDE).axes
    (band,) = axes.patches
    lowest, highest = band.get_extents().transformed(axes.transData.inverted()).intervaly
    assert (lowest, highest) == pytest.approx((0.718, 0.882), abs=1e-3)  # 91 days at 80 %


def test_timeline_has_a_bar_for_each_reign_up_to_the_end() -> None:
    found = record(promotions=3)
    (axes,) = timeline_figure(found, WIDE).axes
    bars = axes.patches
    assert len(bars) == 3
    assert bars[0].get_extents() is not None
    ends = [bar.get_x() + bar.get_width() for bar in bars]  # type: ignore[attr-defined]
    assert ends[-1] == day_number(found.last_date) + 1
    assert ends[0] == day_number(found.reigns[1].since)


def test_day_is_where_matplotlib_puts_it() -> None:
    assert day_number(FIRST) == (np.datetime64(FIRST) - np.datetime64("1970-01-01")).astype(int)


def test_cost_figure_is_of_the_other_policies() -> None:
    never = record(verified(champion=1.2), policy="never")
    (axes,) = cost_figure([record(), never], NARROW).axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.2])  # type: ignore[attr-defined]


def test_figure_on_the_page_takes_the_colours_of_the_page() -> None:
    with style():
        drawn = as_svg(skill_figure(record(), WIDE), "skill", 'What "it" <shows>')
    assert drawn.startswith('<svg class="chart" role="img"')
    assert "&lt;shows&gt;" in drawn.split(">")[0]
    assert "var(--accent)" in drawn
    assert to_hex(ACCENT) not in drawn
    assert "xml" not in drawn.split("<svg")[0]


def test_report_is_one_page_and_a_picture_of_each_figure(tmp_path: Path) -> None:
    page = write_report([record()], tmp_path / "report")
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "calibration.png", "coverage.png", "report.html", "seasons.png", "skill.png",
        "timeline.png", "weeks.png",
    ]  # fmt: skip
    text = page.read_text(encoding="utf-8")
    assert "Weather data by Open-Meteo.com (CC BY 4.0)" in text
    assert "Simulated" not in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn = []
    for name in ("one", "two"):
        with style():
            figure = timeline_figure(record(), WIDE)
            save_png(figure, tmp_path / name)
            drawn.append(((tmp_path / name).read_bytes(), as_svg(figure, "timeline", "Champions")))
    assert drawn[0] == drawn[1]


def test_variable_that_had_no_champion_has_an_empty_row() -> None:
    (axes,) = timeline_figure(record(promotions=0), NARROW).axes
    assert len(axes.patches) == 0
    assert [label.get_text() for label in axes.get_yticklabels()] == ["maximum temperature"]
