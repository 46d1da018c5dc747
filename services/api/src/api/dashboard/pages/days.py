"""The days ahead, for a person: one card a day, and the nearest day in a sentence."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from api.dashboard.chart.scale import LinearScale
from api.dashboard.language import Language
from api.dashboard.pages.usual import usual_values
from api.dashboard.pages.words import rain_words, unusual, wind_words
from api.serving.snapshot import ServedSite
from shared.forecasting.arrays import FloatArray
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
    unusual: str | None
    bar: RangeBar | None = None

    @property
    def rain_words(self) -> str | None:
        """Name of the phrase that says what the chance of rain means."""
        return None if self.rain_probability is None else rain_words(self.rain_probability)

    @property
    def wind_words(self) -> str | None:
        """Name of the phrase that says what the wind feels like."""
        return None if self.wind is None else wind_words(self.wind.value)


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


def outlook(served: ServedSite, language: Language, now: datetime) -> Outlook:
    """Return the days ahead of a site that has a forecast."""
    today = now.astimezone(ZoneInfo(served.site.timezone)).date()
    cards = [_card(served, place, today, language) for place in range(len(LEAD_DAYS))]
    bars = _range_bars(cards)
    finished = tuple(replace(card, bar=bar) for card, bar in zip(cards, bars, strict=True))
    return Outlook(finished, next((card for card in finished if card.day >= today), None))


def _card(served: ServedSite, place: int, today: date, language: Language) -> DayCard:
    forecasts = {variable: found.forecast for variable, found in served.forecasts.items()}
    day = next(
        found.valid_dates.astype(object).tolist()[place] for found in forecasts.values() if found
    )
    rain = forecasts.get(Variable.PRECIPITATION)
    maximum = _estimate(forecasts.get(Variable.TEMPERATURE_MAX), place)
    usual = usual_values(served, Variable.TEMPERATURE_MAX, [day])
    return DayCard(
        day=day,
        name=language.day_name(day, today=today),
        label=language.short_day(day),
        long_label=language.long_day(day),
        maximum=maximum,
        minimum=_estimate(forecasts.get(Variable.TEMPERATURE_MIN), place),
        mean=_estimate(forecasts.get(Variable.TEMPERATURE_MEAN), place),
        rain=_estimate(rain, place),
        rain_probability=_probability(rain, place),
        wind=_estimate(forecasts.get(Variable.WIND_SPEED_MAX), place),
        unusual=_unusual(maximum, usual, language),
    )


def _unusual(maximum: Estimate | None, usual: FloatArray | None, language: Language) -> str | None:
    if maximum is None or usual is None:
        return None
    return unusual(maximum.value, float(usual[0]), language)


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
