"""The forerunner's tests passed on HTTP 500; of ours none can, and each other mistake has its test.

The mistakes are those of an earlier system for the same city. Each is named in the test that shows
it to be impossible here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

SERVER_ERRORS = 500

#: What went wrong there, and the test that would fail if it went wrong here.
MISTAKES = {
    "two features add up to the target": "test_no_sum_of_features_is_the_target",
    "a feature knows the future": (
        "test_features_and_forecast_are_the_same_to_the_last_bit_whatever_the_future"
    ),
    "wet days become 0.0 mm": "test_every_wet_day_stays_wet",
    "tuned on the test set": "test_tuning_never_sees_the_backtest_year",
    "a forecast is stored as an observation": "test_days_that_are_not_over_are_no_observations",
    "lags run across a gap of 682 days": "test_no_lag_runs_across_a_gap_of_years",
    "the gate never saw the production model": (
        "test_champion_is_backtested_on_the_cases_of_its_challengers"
    ),
    "a fixed file is served whatever the registry says": (
        "test_promotion_is_served_with_its_own_forecast"
    ),
    "missing features become 0.0": "test_a_missing_feature_is_missing_and_never_zero",
    "tests pass on HTTP 500": "test_no_test_passes_on_a_server_error_as_on_an_answer",
}


def tolerated_server_errors(text: str) -> Iterator[str]:
    """Yield the assertions on a status that hold for an answer and for a server error alike."""
    for statement in ast.walk(ast.parse(text)):
        if isinstance(statement, ast.Assert):
            yield from map(ast.unparse, filter(_tolerates, ast.walk(statement.test)))


def _tolerates(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or "status_code" not in ast.unparse(node.left):
        return False
    codes = [
        part.value
        for part in ast.walk(node.comparators[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, int)
    ]
    match node.ops[0]:
        case ast.Eq():
            return False
        case ast.In():
            return bool(codes) and min(codes) < SERVER_ERRORS <= max(codes)
        case ast.Lt() | ast.LtE():
            return bool(codes) and max(codes) > SERVER_ERRORS
        case _:
            return True


def _texts() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def test_no_test_passes_on_a_server_error_as_on_an_answer() -> None:
    found = [f"{path}: {line}" for path, text in _texts() for line in tolerated_server_errors(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "assert response.status_code in (200, 500)",
        "assert response.status_code != 404",
        "assert response.status_code < 600",
        "assert response.status_code >= 200",
    ],
)
def test_assertion_that_would_pass_on_a_server_error_is_found(text: str) -> None:
    assert list(tolerated_server_errors(text)) != []


@pytest.mark.parametrize("test", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_of_the_forerunner_has_its_test(test: str) -> None:
    assert any(f"def {test}(" in text for _, text in _texts())
