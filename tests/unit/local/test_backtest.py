"""`climate backtest` on a file: what a person reads, what a program reads, what is drawn."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from local.command import climate
from local.command.backtest_report import best_of, by_variable
from shared.errors import ClimateError, NotEnoughData
from shared.forecasting.families import Family
from shared.forecasting.variables import LEAD_DAYS, Variable
from tests.support.weather import made_up_history
from trainer.backtesting import Backtested, Backtester

MAXIMUM, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION
LINEAR = Family.LINEAR_REGRESSION


def csv_of(folder: Path, *, days: int) -> Path:
    """Write made-up weather as a daily table."""
    history = made_up_history(days=days)
    names = (MAXIMUM, RAIN)
    lines = [f"date,{','.join(names)}"]
    for place, day in enumerate(history.dates.tolist()):
        values = (f"{history.column(name)[place]:.1f}" for name in names)
        lines.append(f"{day},{','.join(values)}")
    path = folder / "weather.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(data: Path, *arguments: str) -> Result:
    quick = ["--family", LINEAR, "--trials", "2"]
    command = ["backtest", "hereabouts", "--data", str(data), *quick, *arguments]
    return CliRunner().invoke(climate, command, env={"COLUMNS": "120"})


def json_of(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a little more than two years of two variables."""
    return csv_of(tmp_path_factory.mktemp("backtest"), days=800)


def test_program_reads_every_score_of_every_variable_the_file_has(data: Path) -> None:
    found = json_of(run(data, "--json"))
    assert found["site"] == "hereabouts"
    assert set(found["variables"]) == {MAXIMUM, RAIN}
    maximum = found["variables"][MAXIMUM]
    assert (maximum["unit"], maximum["best"]) == ("°C", LINEAR)
    metrics = maximum["families"][LINEAR]["metrics"]
    for lead in LEAD_DAYS:
        for name in ("mae", "rmse", "coverage_80", "skill_vs_climatology", "crps"):
            assert f"{name}_lead_{lead}" in metrics
    for name in ("season_jja", "hot_days"):
        assert f"mae_{name}" in metrics


def test_person_reads_errors_by_lead_and_season(data: Path) -> None:
    shown = run(data, "--variable", MAXIMUM).output
    assert "Maximum temperature, linear regression" in shown
    for words in ("MAE", "RMSE", "CRPS", "Skill vs damped", "Inside", "June to August"):
        assert words in shown
    by_lead = [line.split()[0] for line in shown.splitlines() if line.strip()[:1].isdigit()]
    assert by_lead == [str(lead) for lead in LEAD_DAYS]
    assert "precipitation" not in shown.lower()


def test_of_rain_the_probability_is_scored(data: Path) -> None:
    shown = run(data, "--variable", RAIN).output
    assert "Brier" in shown
    assert "P(wet)" in shown


@pytest.mark.parametrize("name", ["skill.png", "skill.svg"])
def test_skill_is_drawn_into_a_file(data: Path, tmp_path: Path, name: str) -> None:
    result = run(data, "--variable", MAXIMUM, "--plot", str(tmp_path / name))
    assert result.exit_code == 0
    assert (tmp_path / name).stat().st_size > 1_000


def test_figure_that_cannot_be_written_is_a_sentence(data: Path, tmp_path: Path) -> None:
    result = run(data, "--variable", MAXIMUM, "--plot", str(tmp_path / "skill.docx"))
    assert isinstance(result.exception, ClimateError)
    assert "skill.docx" in str(result.exception)


def test_file_with_too_few_days_is_a_sentence(tmp_path: Path) -> None:
    result = run(csv_of(tmp_path, days=200))
    assert isinstance(result.exception, NotEnoughData)
    assert "200 days" in str(result.exception)


@pytest.fixture(scope="module")
def backtested() -> list[Backtested]:
    """Return what two families came to with two variables."""
    return list(
        Backtester(trials=1, seed=1).run(
            made_up_history(days=600),
            variables=(MAXIMUM, RAIN),
            families=(LINEAR, Family.RANDOM_FOREST),
            watch=lambda *_: None,
        )
    )


def test_same_history_and_seed_come_to_the_same(backtested: list[Backtested]) -> None:
    again = Backtester(trials=1, seed=1).run(
        made_up_history(days=600),
        variables=(MAXIMUM,),
        families=(Family.RANDOM_FOREST,),
        watch=lambda *_: None,
    )
    assert [one.metrics for one in again] == [backtested[1].metrics]


def test_best_family_is_the_one_of_least_squared_error(backtested: list[Backtested]) -> None:
    for contenders in by_variable(backtested).values():
        assert len(contenders) == 2
        assert best_of(contenders).metrics["mse"] == min(one.metrics["mse"] for one in contenders)
