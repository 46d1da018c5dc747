"""The days ahead, for a person: one card a day, and the nearest day in a sentence."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from api.dashboard.chart.scale import LinearScale
from api.dashboard.usual import usual_values
from api.dashboard.words import day_name, long_day, rain_words, short_day, unusual, wind_words
from api.serving.snapshot import ServedSite
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import LEAD_DAYS, Variable


@dataclass(frozen=True)
class Estimate:
    """An expected value and the intervals around it, in the variable's unit."""

    value: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


@dataclass(frozen=True)
class RangeBar:
    """The day's range of temperatures on the week's scale, in per cent of its width."""

    start: float
    end: float
    start_80: float
    end_80: float


@dataclass(frozen=True)
class DayCard:
    """One day ahead; whatever cannot be said is None."""

    day: date
    name: str
    label: str
    long_label: str
    maximum: Estimate | None
    minimum: Estimate | None
    mean: Estimate | None
    rain: Estimate | None
    rain_probability: float | None
    wind: Estimate | None
    usual_maximum: float | None
    bar: RangeBar | None = None

    @property
    def rain_words(self) -> str | None:
        """What the chance of rain means."""
        return None if self.rain_probability is None else rain_words(self.rain_probability)

    @property
    def wind_words(self) -> str | None:
        """What the wind feels like."""
        return None if self.wind is None else wind_words(self.wind.value)

    @property
    def unusual(self) -> str | None:
        """How the maximum compares with the season."""
        if self.maximum is None:
            return None
        return unusual(self.maximum.value, self.usual_maximum)


@dataclass(frozen=True)
class Outlook:
    """The days ahead, and the first of them that is not over yet."""

    cards: tuple[DayCard, ...]
    next_card: DayCard | None

    @property
    def first(self) -> DayCard:
        """The first day of the forecast."""
        return self.cards[0]

    @property
    def last(self) -> DayCard:
        """The last day of the forecast."""
        return self.cards[-1]


def outlook(served: ServedSite, now: datetime) -> Outlook:
    """Return the days ahead of a site that has a forecast."""
    today = now.astimezone(ZoneInfo(served.site.timezone)).date()
    cards = [_card(served, place, today) for place in range(len(LEAD_DAYS))]
    bars = _range_bars(cards)
    finished = tuple(
        DayCard(**{**card.__dict__, "bar": bar}) for card, bar in zip(cards, bars, strict=True)
    )
    return Outlook(finished, next((card for card in finished if card.day >= today), None))


def _card(served: ServedSite, place: int, today: date) -> DayCard:
    forecasts = {variable: found.forecast for variable, found in served.forecasts.items()}
    day = next(
        found.valid_dates.astype(object).tolist()[place] for found in forecasts.values() if found
    )
    rain = forecasts.get(Variable.PRECIPITATION)
    usual = usual_values(served, Variable.TEMPERATURE_MAX, [day])
    return DayCard(
        day=day,
        name=day_name(day, today=today),
        label=short_day(day),
        long_label=long_day(day),
        maximum=_estimate(forecasts.get(Variable.TEMPERATURE_MAX), place),
        minimum=_estimate(forecasts.get(Variable.TEMPERATURE_MIN), place),
        mean=_estimate(forecasts.get(Variable.TEMPERATURE_MEAN), place),
        rain=_estimate(rain, place),
        rain_probability=_probability(rain, place),
        wind=_estimate(forecasts.get(Variable.WIND_SPEED_MAX), place),
        usual_maximum=None if usual is None else float(usual[0]),
    )


def _estimate(forecast: VariableForecast | None, place: int) -> Estimate | None:
    if forecast is None:
        return None
    names = ("value", "lower_80", "upper_80", "lower_95", "upper_95")
    return Estimate(*(float(getattr(forecast, name)[place]) for name in names))


def _probability(rain: VariableForecast | None, place: int) -> float | None:
    if rain is None or rain.probability is None:
        return None
    return float(rain.probability[place])


def _range_bars(cards: list[DayCard]) -> list[RangeBar | None]:
    """Place each day's range on one scale, so that the days can be compared at a glance."""
    pairs = [(card.minimum, card.maximum) for card in cards]
    known = [(low, high) for low, high in pairs if low and high]
    if not known:
        return [None] * len(cards)
    scale = LinearScale(
        min(low.lower_80 for low, _ in known),
        max(high.upper_80 for _, high in known) + np.finfo(float).eps,
        0.0,
        100.0,
    )
    return [
        RangeBar(scale(low.value), scale(high.value), scale(low.lower_80), scale(high.upper_80))
        if low and high
        else None
        for low, high in pairs
    ]
