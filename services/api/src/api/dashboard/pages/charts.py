"""Which charts the forecast page shows: temperature, rain and wind, wide and narrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.answers.chronicle import Earlier
from api.dashboard.chart.bars import BarChart
from api.dashboard.chart.fan import FanChart, Series
from api.dashboard.chart.frame import Size
from api.dashboard.pages.usual import usual_values
from api.serving.snapshot import ServedSite
from shared.forecasting.history import DailyHistory
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import LEAD_DAYS, Variable

_WIDE_DAYS, _NARROW_DAYS, _SMALL_DAYS = 30, 12, 14
_WIDE, _NARROW, _SMALL = Size(1040.0, 340.0), Size(360.0, 280.0), Size(360.0, 170.0)


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


def charts(
    served: ServedSite, history: DailyHistory, earlier: Mapping[Variable, Earlier]
) -> Charts:
    """Draw the charts of a site from its observations, its forecasts and those before them."""
    small_days = _last_days(history, _SMALL_DAYS)
    drawing = _Drawing(served, history, earlier)
    wind = drawing.series(Variable.WIND_SPEED_MAX, "wind", _SMALL_DAYS)
    return Charts(
        temperature=FanChart.of(drawing.temperatures(_WIDE_DAYS), _WIDE),
        temperature_narrow=FanChart.of(drawing.temperatures(_NARROW_DAYS), _NARROW),
        rain=BarChart.of(
            small_days,
            history.column(Variable.PRECIPITATION)[-_SMALL_DAYS:],
            _forecast(served, Variable.PRECIPITATION),
            _SMALL,
        ),
        wind=FanChart.of([wind], _SMALL, floor=0.0),
    )


@dataclass(frozen=True)
class _Drawing:
    """What all charts of a site are drawn from."""

    served: ServedSite
    history: DailyHistory
    earlier: Mapping[Variable, Earlier]

    def temperatures(self, n_days: int) -> list[Series]:
        return [
            self.series(Variable.TEMPERATURE_MAX, "max", n_days),
            self.series(Variable.TEMPERATURE_MIN, "min", n_days),
        ]

    def series(self, variable: Variable, kind: str, n_days: int) -> Series:
        last_date = self.history.last_date
        days = _last_days(self.history, n_days)
        forecast = _forecast(self.served, variable)
        ahead = [last_date + timedelta(days=lead) for lead in LEAD_DAYS] if forecast else []
        before = self.earlier.get(variable)
        return Series(
            kind=kind,
            days=days,
            observed=self.history.column(variable)[-len(days) :],
            forecast=forecast,
            usual=usual_values(self.served, variable, [*days, *ahead]) if kind != "wind" else None,
            earlier=[point for point in before.by_day if point[0] >= days[0]] if before else (),
        )


def _last_days(history: DailyHistory, n_days: int) -> Sequence[date]:
    count = min(n_days, history.n_days)
    return [history.last_date - timedelta(days=back) for back in reversed(range(count))]


def _forecast(served: ServedSite, variable: Variable) -> VariableForecast | None:
    found = served.forecasts.get(variable)
    return found.forecast if found else None
