"""Calls are within the source's bounds and together exactly what was wanted."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.open_meteo.calls import (
    GUIDANCE,
    MAX_PLACES,
    MAX_WEIGHT,
    OBSERVED,
    Call,
    Endpoint,
    Product,
    plan_calls,
)
from shared.contracts.sites import Site

ENDPOINT = Endpoint("https://source.test/v1/archive", "era5_seamless")
FIRST = date(2015, 1, 1)


def site(number: int, elevation: float | None = 466.0) -> Site:
    return Site(f"site-{number}", "A site", 31.5 + number / 1e4, -8.0, elevation, "UTC")


def test_weight_of_the_daily_example_in_the_facts() -> None:
    """Seven daily variables over ten years of one place count 3653 / 14 * 0.7 = 183 calls."""
    seven = Product("daily", OBSERVED.series[:7])
    assert seven.weight(3653) == pytest.approx(182.65)


@pytest.mark.parametrize(
    ("product", "n_days", "weight"),
    [
        (OBSERVED, 1, 1.0),
        (OBSERVED, 14, 1.0),
        (OBSERVED, 28, 2.0),
        (GUIDANCE, 1, 2.1),  # 21 series, 7 valid days
        (GUIDANCE, 8, 2.1),
        (GUIDANCE, 22, 4.2),  # 28 valid days
    ],
)
def test_weight_of_a_place(product: Product, n_days: int, weight: float) -> None:
    assert product.weight(n_days) == pytest.approx(weight)


def test_ten_years_of_a_place_are_one_call_of_the_free_service() -> None:
    (call,) = plan_calls(ENDPOINT, OBSERVED, [site(0)], (FIRST, date(2024, 12, 31)), 270.0)
    assert call.weight == pytest.approx(260.9, abs=0.1)


@given(
    product=st.sampled_from([OBSERVED, GUIDANCE]),
    heights=st.lists(st.booleans(), min_size=1, max_size=60),
    n_days=st.integers(1, 5000),
    max_weight=st.floats(3.0, 6000.0),
)
def test_calls_are_within_bounds_and_cover_each_day_of_each_place_once(
    product: Product, heights: list[bool], n_days: int, max_weight: float
) -> None:
    places = [site(n, 1.0 if high else None) for n, high in enumerate(heights)]
    last = FIRST + timedelta(days=n_days - 1)
    calls = list(plan_calls(ENDPOINT, product, places, (FIRST, last), max_weight))
    covered: dict[str, list[tuple[date, date]]] = {place.site_id: [] for place in places}
    for call in calls:
        assert call.weight <= min(max_weight, MAX_WEIGHT) + 1e-9
        assert len({place.elevation is None for place in call.places}) == 1
        for site_id in call.site_ids:
            covered[site_id].append((call.first, call.last))
    for spans in covered.values():
        spans.sort()
        assert (spans[0][0], spans[-1][1]) == (FIRST, last)
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert start - end == timedelta(days=1)


def test_no_call_has_more_places_than_the_source_takes() -> None:
    calls = list(plan_calls(ENDPOINT, OBSERVED, [site(n) for n in range(2500)], (FIRST, FIRST)))
    assert [len(call.places) for call in calls] == [MAX_PLACES, MAX_PLACES, 500]


def test_newest_days_are_asked_for_first() -> None:
    calls = list(plan_calls(ENDPOINT, OBSERVED, [site(0)], (FIRST, date(2026, 1, 1)), 10.0))
    assert [call.last for call in calls] == sorted((call.last for call in calls), reverse=True)


def test_a_span_without_days_needs_no_call() -> None:
    span = (FIRST, FIRST - timedelta(days=1))
    assert list(plan_calls(ENDPOINT, OBSERVED, [site(0)], span)) == []


def test_parameters_ask_for_utc_days_in_standard_units_at_the_height_of_each_place() -> None:
    call = Call(ENDPOINT, OBSERVED, (site(0, 466.0), site(1, 12.5)), FIRST, FIRST)
    assert call.parameters() == {
        "latitude": "31.5000,31.5001",
        "longitude": "-8.0000,-8.0000",
        "elevation": "466,12.5",
        "start_date": "2015-01-01",
        "end_date": "2015-01-01",
        "daily": ",".join(OBSERVED.series),
        "timezone": "GMT",
        "models": "era5_seamless",
    }


def test_guidance_of_a_reference_date_asks_for_the_seven_days_after_it() -> None:
    call = Call(Endpoint("https://source.test"), GUIDANCE, (site(0, None),), FIRST, FIRST)
    parameters = call.parameters()
    assert (parameters["start_date"], parameters["end_date"]) == ("2015-01-02", "2015-01-08")
    assert len(parameters["hourly"].split(",")) == 21
    assert "elevation" not in parameters
    assert "models" not in parameters


def test_halves_are_the_whole() -> None:
    call = Call(ENDPOINT, OBSERVED, tuple(site(n) for n in range(5)), FIRST, FIRST)
    left, right = call.halves()
    assert left.places + right.places == call.places
    assert (len(left.places), len(right.places)) == (2, 3)
