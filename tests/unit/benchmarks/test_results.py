"""From marks to figures and tables, and to the JSON whose form DESIGN section 10 fixes."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.report import Report, Table, print_report, write_report
from benchmarks.skill import figures, tables
from benchmarks.skill.places import GROUPS, load_places
from benchmarks.skill.references import DAMPED, PERSISTENCE
from benchmarks.skill.results import AUTO_ARIMA, FORECASTERS, LIGHT_GBM, OURS, MonthlyMarks, Result
from benchmarks.skill.scoring import Marks
from tests.support.data import SHARED_DATA
from tests.unit.benchmarks.weather import exam_of, made_up_maxima

EVEN = np.ones(7)


def marks_of(mae: float) -> Marks:
    return Marks(mae * EVEN, mae * EVEN, 0.8 * EVEN, 0.95 * EVEN, rmse=mae, r2=0.5)


def result_of(maes: Mapping[str, float]) -> Result:
    """Return a result in which everybody else's error is 2 degC at every lead."""
    marks = {name: marks_of(maes.get(name, 2.0)) for name in FORECASTERS}
    monthly = MonthlyMarks(1.8 * EVEN, 2.0 * EVEN, 0.8 * EVEN, 0.95 * EVEN)
    exam = exam_of(made_up_maxima())
    return Result(exam, marks, monthly, n_days=359, family="f", seconds_of_ours=1.0, n_kept=0)


def test_ratios_are_averaged_over_places() -> None:
    calm = result_of({OURS: 0.9, DAMPED: 1.0})
    wild = result_of({OURS: 5.5, DAMPED: 5.0})
    found = figures.of_all_places([calm, wild])
    assert found["mae_ratio_to_damped_persistence"] == pytest.approx(1.0)
    assert found["worst_place_ratio_to_damped_persistence"] == pytest.approx(1.1)
    assert found["places_worse_than_damped_persistence"] == 1
    assert found["places"] == 2
    assert found["refitted_mae_ratio_to_damped_persistence"] == pytest.approx(0.9)


def test_best_peer_is_that_of_each_place() -> None:
    here = result_of({OURS: 1.8, AUTO_ARIMA: 1.5, LIGHT_GBM: 2.0})
    there = result_of({OURS: 1.8, AUTO_ARIMA: 2.0, LIGHT_GBM: 1.5})
    found = figures.of_all_places([here, there])
    assert found["mae_ratio_to_best_peer"] == pytest.approx(1.2)
    assert found["mae_ratio_to_autoarima"] == pytest.approx((1.2 + 0.9) / 2)


def test_a_place_that_loses_stays_in_the_table() -> None:
    table = tables.by_place([result_of({OURS: 3.0}), result_of({OURS: 1.0})])
    assert len(table.rows) == 2
    assert table.rows[0][table.columns.index("/damped")] == pytest.approx(1.5)


def test_tables_have_a_row_a_forecaster() -> None:
    results = [result_of({PERSISTENCE: 3.0})]
    assert [row[0] for row in tables.by_forecaster(results).rows] == list(FORECASTERS)
    by_lead = {row[0]: row[1:] for row in tables.by_lead(results).rows}
    assert by_lead[PERSISTENCE] == pytest.approx([1.5] * 7)
    assert [row[-2:] for row in tables.coverage_by_lead(results).rows] == [["yes", 1]] * 7


@pytest.fixture
def whole_report(monkeypatch: pytest.MonkeyPatch) -> Report:
    """Return a report on a machine that needs none of the peers."""
    monkeypatch.setattr(report, "versions", lambda: {"commit": "abc"})
    table = Table("A table", ("place", "MAE"), [("fes", 1.25)])
    return Report({"places": 1.0}, {"by_place": table}, ["a note"], ["SIMULATED WEATHER"])


def test_report_is_kept_in_the_agreed_form(whole_report: Report, tmp_path: Path) -> None:
    path = write_report("skill", whole_report, tmp_path / "results")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "skill.json"
    assert {"part", "machine", "versions", "figures", "tables"} <= kept.keys()
    assert kept["figures"] == {"places": 1.0}
    assert kept["tables"]["by_place"]["rows"] == [["fes", 1.25]]
    assert kept["machine"]["cores"] >= 1


def test_report_is_printed_with_its_warnings(whole_report: Report) -> None:
    printed = io.StringIO()
    print_report("skill", whole_report, Console(file=printed, width=100))
    for words in ("A table", "1.250", "a note", "! SIMULATED WEATHER", "commit: abc"):
        assert words in printed.getvalue()


def test_places_are_those_beside_the_repository() -> None:
    if not SHARED_DATA.exists():
        pytest.skip(f"{SHARED_DATA} is not there")
    places = {place.name: place for place in load_places()}
    assert {name for names in GROUPS.values() for name in names} <= places.keys()
    assert not any(place.is_simulated for place in places.values())
    assert "austin" not in places  # fewer than four years
    assert places["marrakech"].history.last_date.year == 2023


def test_places_are_simulated_where_there_are_no_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmarks.skill.places.DATA", tmp_path / "not there")
    places = load_places()
    assert len(places) == 3
    assert all(place.is_simulated for place in places)
