"""The composite score: fixed scales, so the winner is that of the pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.forecasting.families import Family
from trainer.selection import Entry, Weights, rank

LINEAR, FOREST, BOOSTING = Family


def entry(family: Family, *, rmse: float = 2.0, r2: float = 0.8, seconds: float = 30.0) -> Entry:
    return Entry(family, {"rmse": rmse, "rmse_climatology": 4.0, "r2": r2}, seconds)


def test_parts_are_skill_variance_explained_and_time_left() -> None:
    [score] = rank([entry(LINEAR)], Weights())
    assert (score.rmse_part, score.r2_part, score.time_part) == pytest.approx((0.5, 0.8, 0.9))
    assert score.score == pytest.approx(0.6 * 0.5 + 0.3 * 0.8 + 0.1 * 0.9)


def test_weights_are_relative() -> None:
    ordinary = rank([entry(LINEAR)], Weights())[0].score
    doubled = rank([entry(LINEAR)], Weights(rmse=1.2, r2=0.6, time=0.2))[0].score
    assert doubled == pytest.approx(ordinary)


def test_lower_error_wins() -> None:
    ranking = rank([entry(LINEAR, rmse=2.1), entry(FOREST, rmse=1.9)], Weights())
    assert [score.family for score in ranking] == [FOREST, LINEAR]


def test_a_tie_goes_to_the_simpler_family() -> None:
    ranking = rank([entry(BOOSTING), entry(FOREST), entry(LINEAR)], Weights())
    assert [score.family for score in ranking] == [LINEAR, FOREST, BOOSTING]


def test_parts_stay_between_nothing_and_everything() -> None:
    [score] = rank([entry(LINEAR, rmse=9.0, r2=-3.0, seconds=1e6)], Weights())
    assert (score.rmse_part, score.r2_part, score.time_part) == (0.0, 0.0, 0.0)
    [score] = rank([entry(LINEAR, rmse=float("nan"))], Weights())
    assert score.rmse_part == 0.0


figures = st.tuples(st.floats(0.5, 5.0), st.floats(-1.0, 1.0), st.floats(0.0, 600.0))


@given(figures, figures, figures)
def test_who_is_ahead_does_not_depend_on_a_third_entrant(
    first: tuple[float, float, float],
    second: tuple[float, float, float],
    third: tuple[float, float, float],
) -> None:
    # A scale of minimum and maximum over the entrants fails this.
    entries = [
        entry(family, rmse=rmse, r2=r2, seconds=seconds)
        for family, (rmse, r2, seconds) in zip(Family, (first, second, third), strict=True)
    ]
    of_two = [score.family for score in rank(entries[:2], Weights())]
    of_three = [score.family for score in rank(entries, Weights()) if score.family is not BOOSTING]
    assert of_two == of_three
