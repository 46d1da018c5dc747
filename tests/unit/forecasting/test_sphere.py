"""Distances and directions on the sphere, against published ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.forecasting.sphere import Position, destination, distance_and_bearing

PARIS, BERLIN = Position(48.8566, 2.3522), Position(52.5200, 13.4050)


def test_paris_to_berlin() -> None:
    # 878 km, initial bearing 58 degrees (any great-circle calculator).
    distance, bearing = distance_and_bearing(PARIS, BERLIN)
    assert distance == pytest.approx(877.5, abs=1.0)
    assert bearing == pytest.approx(58.2, abs=0.3)


def test_the_date_line_is_crossed() -> None:
    fiji = Position(-18.0, 179.5)
    east = destination(fiji, bearing_degrees=90.0, distance_km=200.0)
    assert -180.0 <= east.longitude < -178.0


def test_every_way_from_a_pole_leads_along_another_meridian() -> None:
    ways = [
        destination(Position(90.0, 0.0), bearing_degrees=b, distance_km=300.0) for b in (0, 45, 90)
    ]
    assert [round(way.longitude) for way in ways] == [-180, 135, 90]
    assert all(way.latitude == pytest.approx(87.302, abs=0.001) for way in ways)


@given(st.floats(-80, 80), st.floats(-180, 179), st.floats(0, 359), st.floats(1, 2000))
def test_going_there_and_looking_back_agree(
    latitude: float, longitude: float, bearing: float, distance: float
) -> None:
    start = Position(latitude, longitude)
    end = destination(start, bearing_degrees=bearing, distance_km=distance)
    found_distance, found_bearing = distance_and_bearing(start, end)
    assert found_distance == pytest.approx(distance, abs=1e-6)
    turned = (found_bearing - bearing + 180.0) % 360.0 - 180.0
    assert turned == pytest.approx(0.0, abs=1e-4)
