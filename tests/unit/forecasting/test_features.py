"""The feature builder: what a reference date is described by, and when it cannot be."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from shared.forecasting.arrays import Float32Array
from shared.forecasting.baseline import OWN, Baseline
from shared.forecasting.features import (
    FeatureSpecification,
    Layout,
    build_features,
    build_newest_features,
    has_features,
    regressor_input,
)
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import FORECAST_VARIABLES, TEMPERATURES, Variable
from tests.support.inputs import plain, specification_of
from tests.support.weather import made_up_history

MAXIMUM, MINIMUM, RAIN = (
    Variable.TEMPERATURE_MAX,
    Variable.TEMPERATURE_MIN,
    Variable.PRECIPITATION,
)
LAST = date(2026, 11, 22)
# A row needs the thirty days up to it.
LONGEST_STRETCH = 30


def fitted(specification: FeatureSpecification, history: DailyHistory) -> Baseline:
    return Baseline.fit(specification.target, specification.sources, ForecastInputs(history))


def features_of(specification: FeatureSpecification, history: DailyHistory) -> Float32Array:
    """Return the features of every day, with a baseline fitted on all of them."""
    return build_features(specification, fitted(specification, history), ForecastInputs(history))


def with_missing(history: DailyHistory, variable: Variable, *days: int) -> DailyHistory:
    """Return a history with days (positions) of a variable missing."""
    column = history.column(variable).copy()
    column[list(days)] = np.nan
    return replace(history, values={**history.values, variable: column})


def built_rows(
    history: DailyHistory, target: Variable = MAXIMUM, inputs: tuple[Variable, ...] = (MINIMUM,)
) -> list[int]:
    """Return the positions whose features could be built."""
    specification = plain(target, *inputs)
    baseline = fitted(specification, history)
    rows = np.flatnonzero(
        has_features(build_features(specification, baseline, ForecastInputs(history)))
    )
    return [int(row) for row in rows]


@pytest.mark.parametrize("target", FORECAST_VARIABLES)
def test_columns_are_as_many_as_their_names(target: Variable) -> None:
    history = made_up_history()
    for layout in Layout:
        specification = specification_of(target, history, layout)
        baseline = fitted(specification, history)
        features = build_features(specification, baseline, ForecastInputs(history))
        dates = history.dates[-2:]
        laid_out = regressor_input(
            specification,
            baseline,
            dates,
            features[-2:],
            baseline.first_guess(ForecastInputs(history), dates),
        )
        rows = 2 if layout is Layout.WIDE else 2 * 7
        assert laid_out.shape == (rows, len(specification.names))
        assert len(set(specification.names)) == len(specification.names)
        assert np.isfinite(laid_out).all()


def test_lags_and_means_are_those_of_the_anomalies() -> None:
    history = made_up_history()
    specification = plain(MAXIMUM)
    baseline = fitted(specification, history)
    row = dict(
        zip(
            specification.names,
            build_features(specification, baseline, ForecastInputs(history))[-1].tolist(),
            strict=True,
        )
    )
    anomalies = baseline.anomalies(specification.sources, ForecastInputs(history))[OWN]
    rounding = 1 / 1024
    assert row["own_lag_0"] == pytest.approx(anomalies[-1], abs=rounding)
    assert row["own_lag_3"] == pytest.approx(anomalies[-4], abs=rounding)
    assert row["own_mean_7"] == pytest.approx(anomalies[-7:].mean(), abs=rounding)
    assert row["own_level_365"] == pytest.approx(anomalies[-365:].mean(), abs=rounding)


def test_long_layout_lists_the_leads_of_a_reference_date_in_order() -> None:
    history = made_up_history()
    specification = plain(MAXIMUM, layout=Layout.LONG)
    baseline = fitted(specification, history)
    features = build_features(specification, baseline, ForecastInputs(history))[-2:]
    dates = history.dates[-2:]
    first_guess = baseline.first_guess(ForecastInputs(history), dates)
    laid_out = regressor_input(specification, baseline, dates, features, first_guess)
    lead = specification.names.index("lead")
    np.testing.assert_array_equal(laid_out[:, lead], [*range(1, 8), *range(1, 8)])
    np.testing.assert_array_equal(laid_out[:7, 0], np.repeat(features[0, 0], 7))


def test_features_sit_on_a_grid_on_which_single_precision_is_exact() -> None:
    history = made_up_history()
    specification = specification_of(RAIN, history)
    baseline = fitted(specification, history)
    features = build_features(specification, baseline, ForecastInputs(history))
    steps = features[has_features(features)].astype(np.float64) * 1024
    np.testing.assert_array_equal(steps, np.round(steps))
    assert np.abs(steps).max() < 2**22


def test_the_first_row_is_thirty_days_in() -> None:
    history = made_up_history()
    assert built_rows(history) == list(range(LONGEST_STRETCH - 1, history.n_days))


def test_a_day_on_which_a_series_in_use_was_not_observed_has_no_features() -> None:
    whole = set(built_rows(made_up_history()))
    for variable in (MAXIMUM, MINIMUM):
        gappy = with_missing(made_up_history(), variable, 500)
        # The gap of one day is bridged for the days after it, not for the day itself.
        assert whole - set(built_rows(gappy)) == {500}


def test_a_series_that_is_not_in_use_may_be_missing() -> None:
    gappy = with_missing(made_up_history(), Variable.WIND_SPEED_MAX, *range(400, 700))
    assert built_rows(gappy) == built_rows(made_up_history())


def test_a_gap_of_three_days_is_bridged_and_one_of_four_drops_what_it_touches() -> None:
    whole = set(built_rows(made_up_history()))
    short = with_missing(made_up_history(), MAXIMUM, 500, 501, 502)
    long = with_missing(made_up_history(), MAXIMUM, 500, 501, 502, 503)
    assert whole - set(built_rows(short)) == {500, 501, 502}
    assert whole - set(built_rows(long)) == set(range(500, 503 + LONGEST_STRETCH))


def test_no_lag_runs_across_a_gap_of_years() -> None:
    # The forerunner's lags ran across a gap of 682 days: the day before the gap became
    # "yesterday" of the day after it.
    history = made_up_history()
    days = {
        (history.first_date if n < 500 else LAST) + timedelta(days=n if n < 500 else n - 1199): {
            MAXIMUM: float(history.column(MAXIMUM)[n])
        }
        for n in [*range(500), *range(1000, 1200)]
    }
    gappy = DailyHistory.from_days(days)
    first_after = gappy.n_days - 200
    built = built_rows(gappy, inputs=())
    assert next(row for row in built if row >= 500) == first_after + LONGEST_STRETCH - 1


def test_a_missing_feature_is_missing_and_never_zero() -> None:
    # The forerunner put 0.0 in the place of what it did not have.
    gappy = with_missing(made_up_history(), MINIMUM, *range(600, 610))
    specification = plain(MAXIMUM, MINIMUM)
    features = features_of(specification, gappy)
    assert np.isnan(features[605]).all()


def test_an_input_is_used_where_the_site_has_it() -> None:
    history = made_up_history()
    everything = specification_of(MAXIMUM, history)
    assert set(everything.inputs) == set(history.values) - {MAXIMUM}
    tenth_missing = with_missing(history, MINIMUM, *range(0, 1200, 9))
    assert MINIMUM not in specification_of(MAXIMUM, tenth_missing).inputs
    dried_up = with_missing(history, MINIMUM, *range(1180, 1200))
    assert MINIMUM not in specification_of(MAXIMUM, dried_up).inputs


def test_rain_is_helped_by_its_own_amounts() -> None:
    specification = specification_of(RAIN, made_up_history())
    assert RAIN in specification.inputs
    assert {"own_lag_0", "precipitation_sum_lag_0"} <= set(specification.names)


def test_kind_of_day_is_described_by_squares_and_products() -> None:
    history = made_up_history()
    specification = plain(MAXIMUM, MINIMUM, RAIN)
    row = dict(zip(specification.names, features_of(specification, history)[-1], strict=True))
    spread, rain = row["own_minus_temperature_2m_min_lag_0"], row["precipitation_sum_lag_0"]
    of_both = row["own_minus_temperature_2m_min_lag_0_x_precipitation_sum_lag_0"]
    assert of_both == pytest.approx(spread * rain / 16, abs=0.01)
    of_rain = row["precipitation_sum_lag_0_x_precipitation_sum_lag_0"]
    assert of_rain == pytest.approx(rain**2 / 16, abs=0.01)


@pytest.mark.parametrize("target", TEMPERATURES)
def test_no_product_changes_where_the_whole_day_is_warmer(target: Variable) -> None:
    # What a model learns of them can then never make a hotter today cool tomorrow.
    history = made_up_history()
    bump = np.zeros(history.n_days)
    bump[-1] = 8.0
    warmer = {
        name: column + bump for name, column in history.values.items() if name in TEMPERATURES
    }
    hotter = replace(history, values={**history.values, **warmer})
    specification = specification_of(target, history)
    baseline = fitted(specification, history)
    usual, changed = (
        build_features(specification, baseline, ForecastInputs(known))[-1]
        for known in (history, hotter)
    )
    products = [place for place, name in enumerate(specification.names) if "_x_" in name]
    assert products
    np.testing.assert_allclose(changed[products], usual[products], atol=1 / 1024)
    assert changed[0] > usual[0]


def test_fingerprint_tells_specifications_apart() -> None:
    specifications = [
        plain(target, *inputs, layout=layout)
        for target in (MAXIMUM, MINIMUM)
        for inputs in ((), (Variable.WIND_SPEED_MAX,))
        for layout in Layout
    ]
    fingerprints = {specification.fingerprint for specification in specifications}
    assert len(fingerprints) == len(specifications)
    again = plain(MAXIMUM)
    assert again.fingerprint == specifications[0].fingerprint


@pytest.mark.parametrize("target", FORECAST_VARIABLES)
def test_newest_features_are_the_last_row_of_all(target: Variable) -> None:
    history = with_missing(made_up_history(days=500), MAXIMUM, 470, 471, 490)
    specification = plain(target, *(name for name in history.values if name is not target))
    baseline = fitted(specification, history)
    for n_days in (29, 31, 90, 400, 472, 480, 491, 492, 500):
        known = ForecastInputs(history).until(history.first_date + timedelta(days=n_days - 1))
        newest = build_newest_features(specification, baseline, known)
        np.testing.assert_array_equal(newest, build_features(specification, baseline, known)[-1:])


@pytest.mark.parametrize("target", FORECAST_VARIABLES)
def test_newest_features_are_the_last_row_of_all_whatever_is_missing(target: Variable) -> None:
    rng = np.random.default_rng(20261130)
    whole = made_up_history(days=500)
    specification = plain(target, *(name for name in whole.values if name is not target))
    baseline = fitted(specification, whole)
    buildable = 0
    for share in np.repeat([0.002, 0.02, 0.2], 10):
        values = {
            name: np.where(rng.random(column.size) < share, np.nan, column)
            for name, column in whole.values.items()
        }
        known = ForecastInputs(DailyHistory(whole.first_date, values))
        newest = build_newest_features(specification, baseline, known)
        np.testing.assert_array_equal(newest, build_features(specification, baseline, known)[-1:])
        buildable += bool(np.isfinite(newest).all())
    assert 0 < buildable < 30  # both kinds were seen
