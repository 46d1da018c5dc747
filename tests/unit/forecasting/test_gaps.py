"""Bridging: short gaps between observed days, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.forecasting.features.gaps import LONGEST_BRIDGE_DAYS, bridge_gaps

NAN = np.nan


def test_three_days_are_bridged_by_a_straight_line() -> None:
    bridged = bridge_gaps(np.array([0.0, NAN, NAN, NAN, 4.0]))
    np.testing.assert_allclose(bridged, [0.0, 1.0, 2.0, 3.0, 4.0])


def test_four_days_stay_open() -> None:
    series = np.array([0.0, NAN, NAN, NAN, NAN, 5.0, NAN, 7.0])
    np.testing.assert_allclose(bridge_gaps(series), [0.0, NAN, NAN, NAN, NAN, 5.0, 6.0, 7.0])


def test_nothing_is_made_up_before_the_first_or_after_the_last_day() -> None:
    series = np.array([NAN, 1.0, 2.0, NAN])
    np.testing.assert_array_equal(bridge_gaps(series), series)


def test_nothing_at_all_stays_nothing() -> None:
    assert np.isnan(bridge_gaps(np.full(5, NAN))).all()


@given(st.lists(st.one_of(st.none(), st.floats(-50, 50)), min_size=1, max_size=40))
def test_observed_days_are_kept_and_long_gaps_open(values: list[float | None]) -> None:
    series = np.array([NAN if value is None else value for value in values])
    bridged = bridge_gaps(series)
    observed = ~np.isnan(series)
    np.testing.assert_array_equal(bridged[observed], series[observed])
    gap = 0
    for day, is_there in enumerate(observed):
        gap = 0 if is_there else gap + 1
        if gap > LONGEST_BRIDGE_DAYS:
            assert np.isnan(bridged[day])
