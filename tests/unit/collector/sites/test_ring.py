"""The points of a ring lie where its shape says, anywhere on earth, under the same ids."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ring import DEFAULT_RING, RingShape, RingSpot, ring_around
from shared.contracts.sites import DEFAULT_SITE, SiteState
from shared.forecasting.sphere import Position, distance_and_bearing

SHAPE = RingShape.parse(DEFAULT_RING)
DIRECTIONS = st.integers(-16, 16).map(lambda point: point * 22.5)
SHAPES = st.lists(st.builds(RingSpot, DIRECTIONS, st.integers(150, 600)), min_size=1, max_size=8)


def test_points_of_the_default_site_are_denser_upstream() -> None:
    points = ring_around(DEFAULT_SITE, SHAPE)
    assert [ring_point.point.site_id for ring_point in points] == [
        "marrakech.w200",
        "marrakech.w400",
        "marrakech.w600",
        "marrakech.nw300",
        "marrakech.sw300",
        "marrakech.n300",
        "marrakech.s300",
        "marrakech.e300",
    ]


@given(
    latitude=st.floats(-89.9, 89.9),
    longitude=st.floats(-180, 180),
    shape=SHAPES.map(lambda spots: RingShape(tuple(spots))),
)
def test_points_lie_at_their_distance_and_bearing(
    latitude: float, longitude: float, shape: RingShape
) -> None:
    centre = replace(DEFAULT_SITE, latitude=latitude, longitude=longitude)
    for found, spot in zip(ring_around(centre, shape), shape.spots, strict=True):
        assert -90 <= found.point.latitude <= 90
        assert -180 <= found.point.longitude <= 180
        distance, bearing = distance_and_bearing(centre.position, found.point.position)
        assert distance == pytest.approx(spot.km, abs=0.02)  # positions are rounded to 11 m
        if abs(latitude) < 80:  # nearer the poles the rounding of longitudes turns bearings
            turned = (bearing - found.bearing_degrees + 180) % 360 - 180
            assert turned == pytest.approx(0, abs=0.05)


def test_points_at_the_pole_are_all_there_and_apart() -> None:
    centre = replace(DEFAULT_SITE, latitude=90.0, longitude=0.0)
    positions = {found.point.position for found in ring_around(centre, SHAPE)}
    assert len(positions) == len(SHAPE.spots)
    assert all(position.latitude < 89 for position in positions)


def test_points_beyond_the_date_line_have_a_longitude_of_the_other_side() -> None:
    centre = replace(DEFAULT_SITE, latitude=-43.0, longitude=-179.0)
    (west,) = ring_around(centre, RingShape.parse("0@600"))
    assert 173 < west.point.longitude < 175
    assert distance_and_bearing(Position(-43.0, -179.0), west.point.position)[0] == pytest.approx(
        600, abs=0.02
    )


@pytest.mark.parametrize(
    ("latitude", "winds"),
    [
        (48.0, ["w200", "s200"]),
        (-37.8, ["w200", "s200"]),
        (13.0, ["ene200", "nnw200"]),  # trade winds: north-easterly
        (-13.0, ["ese200", "nne200"]),  # south-easterly
    ],
)
def test_upstream_is_where_the_weather_of_the_latitude_comes_from(
    latitude: float, winds: list[str]
) -> None:
    centre = replace(DEFAULT_SITE, site_id="x", latitude=latitude)
    found = ring_around(centre, RingShape.parse("0@200,-90@200"))
    assert [ring_point.point.site_id for ring_point in found] == [f"x.{wind}" for wind in winds]


def test_points_share_the_zone_and_the_state_of_their_centre() -> None:
    centre = replace(DEFAULT_SITE, state=SiteState.PAUSED)
    for found in ring_around(centre, SHAPE):
        assert found.point.timezone == "Africa/Casablanca"
        assert found.point.state is SiteState.PAUSED
        assert found.point.elevation is None


@pytest.mark.parametrize("text", ["", "none", " none "])
def test_ring_may_have_no_points(text: str) -> None:
    assert ring_around(DEFAULT_SITE, RingShape.parse(text)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("west@200", "'west@200'; written is degrees@kilometres"),
        ("0@200;45@300", "written is degrees@kilometres"),
        ("10@200", "direction of 10; accepted are multiples of 22.5"),
        ("0@5", "5 km; accepted are 20 to 2000 km"),
        ("0@200,360@200", "names a point twice"),
        (",".join(f"0@{km}" for km in range(100, 125)), "has 25 points; at most 24"),
    ],
)
def test_shape_that_cannot_be_drawn_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RingShape.parse(text)
