"""Which charts the dashboard shows of a site: temperature, rain and wind, wide and narrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.dashboard.chart.bars import BarChart
from api.dashboard.chart.fan import FanChart, Series
from api.dashboard.chart.frame import Size
from api.dashboard.usual import usual_values
from api.serving.snapshot import ServedSite
from shared.forecasting.history import DailyHistory
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import LEAD_DAYS, Variable

_WIDE_DAYS, _NARROW_DAYS, _SMALL_DAYS = 30, 12, 14
_WIDE, _NARROW, _SMALL = Size(920.0, 320.0), Size(360.0, 260.0), Size(360.0, 160.0)


@dataclass(frozen=True)
class Charts:
    """The charts of a site.

    Attributes
    ----------
    temperature, temperature_narrow : FanChart
        The same for a wide page and for a phone.
    """

    temperature: FanChart
    temperature_narrow: FanChart
    rain: BarChart
    wind: FanChart


def charts(served: ServedSite, history: DailyHistory) -> Charts:
    """Draw the charts of a site from its observations and its forecasts."""
    small_days = _last_days(history, _SMALL_DAYS)
    return Charts(
        temperature=FanChart.of(_temperatures(served, history, _WIDE_DAYS), _WIDE),
        temperature_narrow=FanChart.of(_temperatures(served, history, _NARROW_DAYS), _NARROW),
        rain=BarChart.of(
            small_days,
            history.column(Variable.PRECIPITATION)[-_SMALL_DAYS:],
            _forecast(served, Variable.PRECIPITATION),
            _SMALL,
        ),
        wind=FanChart.of(
            [_series(served, history, Variable.WIND_SPEED_MAX, "wind", "", _SMALL_DAYS)],
            _SMALL,
            floor=0.0,
        ),
    )


def _temperatures(served: ServedSite, history: DailyHistory, n_days: int) -> list[Series]:
    return [
        _series(served, history, Variable.TEMPERATURE_MAX, "max", "Max", n_days),
        _series(served, history, Variable.TEMPERATURE_MIN, "min", "Min", n_days),
    ]


def _series(
    served: ServedSite,
    history: DailyHistory,
    variable: Variable,
    kind: str,
    label: str,
    n_days: int,
) -> Series:
    days = _last_days(history, n_days)
    forecast = _forecast(served, variable)
    ahead = [history.last_date + timedelta(days=lead) for lead in LEAD_DAYS] if forecast else []
    return Series(
        kind=kind,
        label=label,
        days=days,
        observed=history.column(variable)[-len(days) :],
        forecast=forecast,
        usual=usual_values(served, variable, [*days, *ahead]) if kind != "wind" else None,
    )


def _last_days(history: DailyHistory, n_days: int) -> Sequence[date]:
    count = min(n_days, history.n_days)
    return [history.last_date - timedelta(days=back) for back in reversed(range(count))]


def _forecast(served: ServedSite, variable: Variable) -> VariableForecast | None:
    found = served.forecasts.get(variable)
    return found.forecast if found else None
