"""Charts: the geometry holds what it draws, and gaps stay gaps."""

import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answers.chronicle import Earlier
from api.dashboard.chart.fan import FanChart, Series
from api.dashboard.chart.frame import Size
from api.dashboard.chart.leads import LeadChart
from api.dashboard.chart.scale import LinearScale, round_ticks
from api.dashboard.chart.track import Came, TrackChart
from api.dashboard.pages.charts import charts
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable
from tests.unit.api.world import LAST_DATE, World, weather, world_with_champions

SIZE = Size(400.0, 200.0)


def series(observed: list[float]) -> Series:
    """Return a series without a forecast."""
    days = [LAST_DATE - timedelta(days=back) for back in reversed(range(len(observed)))]
    return Series("max", days, np.array(observed), forecast=None)


def points(path: str) -> list[tuple[float, float]]:
    """Return the points of an SVG path."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?\d+\.\d) (-?\d+\.\d)", path)]


@given(
    lowest=st.floats(-1e4, 1e4),
    span=st.floats(0.01, 1e4),
    at_most=st.integers(3, 10),
)
def test_ticks_are_few_round_and_inside(lowest: float, span: float, at_most: int) -> None:
    ticks = round_ticks(lowest, lowest + span, at_most=at_most)
    assert 1 <= len(ticks) <= at_most
    assert all(lowest - 1e-6 <= tick <= lowest + span + 1e-6 for tick in ticks)


def test_scale_maps_ends_to_ends() -> None:
    scale = LinearScale(10.0, 20.0, 300.0, 0.0)
    assert (scale(10.0), scale(15.0), scale(20.0)) == (300.0, 150.0, 0.0)


def test_observed_line_is_broken_where_a_day_is_missing() -> None:
    chart = FanChart.of([series([1.0, 2.0, np.nan, 4.0, 5.0])], SIZE)
    assert chart.fans[0].observed.count("M") == 2


def test_chart_of_equal_values_has_room_around_them() -> None:
    chart = FanChart.of([series([5.0, 5.0])], SIZE)
    (_, y), _ = points(chart.fans[0].observed)
    assert chart.frame.top < y < chart.frame.bottom


def test_chart_of_nothing_observed_is_empty_and_not_an_error() -> None:
    chart = FanChart.of([series([np.nan, np.nan])], SIZE)
    assert chart.fans[0].observed == ""


@pytest.fixture(scope="module")
def world() -> World:
    """Return a world that serves a champion of every variable."""
    return world_with_champions()


def test_everything_drawn_lies_inside_the_plot(world: World) -> None:
    served = world.state.snapshot.sites["marrakech"]
    assert served.history is not None
    found = charts(served, served.history, {})
    for chart in (found.temperature, found.temperature_narrow, found.wind):
        frame = chart.frame
        for fan in chart.fans:
            for x, y in points(fan.observed + fan.expected + fan.band_80 + fan.band_95):
                assert frame.left <= x <= frame.right
                assert frame.top <= y <= frame.bottom


def test_fan_opens_at_the_last_observed_day_and_holds_its_points(world: World) -> None:
    served = world.state.snapshot.sites["marrakech"]
    assert served.history is not None
    fan = charts(served, served.history, {}).temperature.fans[0]
    apex = points(fan.observed)[-1]
    assert points(fan.band_95)[0] == points(fan.band_80)[0] == points(fan.expected)[0] == apex
    assert len(fan.points) == 7


def test_forecast_begins_right_of_the_last_observed_day(world: World) -> None:
    served = world.state.snapshot.sites["marrakech"]
    assert served.history is not None
    chart = charts(served, served.history, {}).temperature
    assert points(chart.fans[0].observed)[-1][0] < chart.frame.forecast_left
    assert all(x > chart.frame.forecast_left for x, _ in chart.fans[0].points)


def test_rain_is_drawn_from_the_ground_up(world: World) -> None:
    served = world.state.snapshot.sites["marrakech"]
    assert served.history is not None
    found = charts(served, served.history, {}).rain
    ahead = [bar for bar in found.bars if bar.is_forecast]
    assert len(ahead) == 7
    assert all(bar.y + bar.height == pytest.approx(found.frame.bottom) for bar in found.bars)
    assert all(bar.whisker_top is not None and bar.whisker_top <= bar.y + 1e-9 for bar in ahead)


@pytest.mark.parametrize("n_days", [1, 5, 40])
def test_short_history_is_drawn_as_far_as_it_goes(n_days: int) -> None:
    history = weather(n_days)
    world = world_with_champions()
    served = replace(world.state.snapshot.sites["marrakech"], inputs=ForecastInputs(history))
    found = charts(served, history, {})
    assert len(points(found.temperature.fans[0].observed)) == min(n_days, 30)


def test_last_day_without_an_observation_starts_the_fan_at_the_first_lead() -> None:
    history = weather()
    values = {name: column.copy() for name, column in history.values.items()}
    values[Variable.WIND_SPEED_MAX][-1] = np.nan
    world = world_with_champions(DailyHistory(history.first_date, values))
    served = world.state.snapshot.sites["marrakech"]
    assert served.history is not None
    chart = charts(served, served.history, {}).wind
    assert points(chart.fans[0].band_95)[0][0] > chart.frame.forecast_left


def test_forecast_of_the_day_before_is_drawn_over_the_days_both_know(world: World) -> None:
    served = world.state.snapshot.sites["marrakech"]
    assert served.history is not None
    days = [LAST_DATE + timedelta(days=lead - 1) for lead in range(1, 8)]
    before = Earlier(LAST_DATE - timedelta(days=1), [(day, 20.0) for day in days])
    found = charts(served, served.history, {Variable.TEMPERATURE_MAX: before})
    warmest, coldest = found.temperature.fans
    drawn = points(warmest.earlier)
    assert len(drawn) == 7
    assert drawn[0][0] == points(warmest.observed)[-1][0]  # its first day has come by now
    assert coldest.earlier == ""


def test_errors_by_lead_are_drawn_from_nought_up() -> None:
    errors = {"persistence": [(1, 2.0), (7, 4.0)], "champion": [(1, 1.0), (3, 2.0)]}
    chart = LeadChart.of(errors, SIZE)
    assert [line.issuer for line in chart.lines] == ["persistence", "champion"]
    (_, high), (_, low) = chart.lines[0].points[::-1]
    assert 0.0 < high < low < chart.bottom


def test_what_came_hangs_on_what_was_said() -> None:
    days = [
        Came(LAST_DATE - timedelta(days=1), 20.0, 22.0, is_inside=True),
        Came(LAST_DATE, 21.0, 15.0, is_inside=False),
    ]
    chart = TrackChart.of(days, SIZE)
    above, below = chart.marks
    assert above.y < above.stem
    assert below.y > below.stem
    assert days[1].error == 6.0
