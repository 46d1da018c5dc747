"""From a served site to the answers of the forecast and the archive endpoints."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from api.answers.clock import Clock
from api.answers.parameters import AnswerQuery, ArchiveQuery, ForecastQuery, ForecastSeries
from api.answers.problems import NoForecastYet, ParametersRefused
from api.answers.shapes import ArchiveAnswer, ForecastAnswer, PlaceAnswer, Series, ServedBy
from api.answers.units import PERCENT, Unit
from api.serving.freshness import freshness
from api.serving.snapshot import ServedForecast, ServedSite
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import LEAD_DAYS

INTERVALS = ("lower_80", "upper_80", "lower_95", "upper_95")
ARCHIVE_DEFAULT_DAYS = 30


@dataclass
class _Columns:
    """The parallel arrays of an answer and their units, while they come together."""

    daily: dict[str, Series] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_days(cls, days: list[date], clock: Clock, query: AnswerQuery) -> "_Columns":
        return cls({"time": clock.write(days, query.timeformat)}, {"time": query.timeformat.value})

    def add(self, name: str, values: FloatArray, unit: Unit) -> None:
        self.daily[name] = unit.write(values)
        self.units[name] = unit.label

    def add_nulls(self, name: str, unit: Unit) -> None:
        nulls: list[float | None] = [None for _ in self.daily["time"]]
        self.daily[name] = nulls
        self.units[name] = unit.label


def forecast_answer(served: ServedSite, query: ForecastQuery, now: datetime) -> ForecastAnswer:
    """Return the forecast of a site as it was asked for.

    Raises
    ------
    NoForecastYet
        There are too few observations for any of the series asked for.
    """
    history = _history(served)
    forecasts = {
        series.variable: served.forecasts[series.variable]
        for series in query.series
        if series.variable in served.forecasts
    }
    if all(found.forecast is None for found in forecasts.values()):
        raise NoForecastYet(f"{collecting_sentence(served)} Ask again in a minute.")
    clock = Clock.of(query.timezone, site_timezone=served.site.timezone, now=now)
    fresh = freshness(history.last_date, timezone=served.site.timezone, now=now)
    leads = LEAD_DAYS[: query.forecast_days]
    columns = _Columns.of_days(
        [history.last_date + timedelta(days=lead) for lead in leads], clock, query
    )
    for series in query.series:
        _add_series(columns, series, forecasts[series.variable], query)
    return ForecastAnswer(
        **_place(served, clock).model_dump(),
        reference_time=history.last_date,
        stale=fresh.is_stale,
        stale_days=fresh.stale_days,
        models={variable: served_by(found) for variable, found in forecasts.items()},
        daily_units=columns.units,
        daily=columns.daily,
    )


def archive_answer(served: ServedSite, query: ArchiveQuery, now: datetime) -> ArchiveAnswer:
    """Return the observations of a site over the days asked for, as far as there are any.

    Raises
    ------
    NoForecastYet
        Nothing has been observed so far.
    ParametersRefused
        The days asked for lie outside the days observed.
    """
    history = _history(served)
    first, last = _span(history, query)
    chosen = slice(history.position(first), history.position(last) + 1)
    clock = Clock.of(query.timezone, site_timezone=served.site.timezone, now=now)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    columns = _Columns.of_days(days, clock, query)
    for variable in query.variables:
        columns.add(variable.value, history.column(variable)[chosen], query.units.of(variable))
    return ArchiveAnswer(
        **_place(served, clock).model_dump(), daily_units=columns.units, daily=columns.daily
    )


def served_by(served: ServedForecast) -> ServedBy:
    """Say what made the forecast of a variable."""
    if served.model is None:
        return ServedBy(served_by=served.rung, reason=served.reason)
    champion = served.model.champion
    return ServedBy(
        served_by=served.rung,
        reason=served.reason,
        model_version=champion.model_version,
        candidate_id=champion.candidate_id,
        family=champion.family,
        epoch=champion.epoch,
        train_cutoff=champion.train_cutoff,
    )


def collecting_sentence(served: ServedSite) -> str:
    """Say why there is no forecast, and what happens next."""
    days = served.history.n_days if served.history else 0
    so_far = f"{days} day{'' if days == 1 else 's'} so far" if days else "none so far"
    return (
        f"There are too few observations of {served.site.name} yet, {so_far}. "
        "A forecast appears by itself as soon as there are enough."
    )


def _history(served: ServedSite) -> DailyHistory:
    if served.history is None:
        raise NoForecastYet(f"{collecting_sentence(served)} Ask again in a minute.")
    return served.history


def _place(served: ServedSite, clock: Clock) -> PlaceAnswer:
    site = served.site
    return PlaceAnswer(
        latitude=site.latitude,
        longitude=site.longitude,
        elevation=site.elevation,
        generationtime_ms=0.0,
        utc_offset_seconds=clock.utc_offset_seconds,
        timezone=clock.timezone,
        timezone_abbreviation=clock.abbreviation,
        site=site.site_id,
        provenance=site.provenance,
        attribution=site.provenance.attribution if site.provenance else None,
    )


def _add_series(
    columns: _Columns, series: ForecastSeries, served: ServedForecast, query: ForecastQuery
) -> None:
    unit = PERCENT if series.is_probability else query.units.of(series.variable)
    names = ["probability"] if series.is_probability else ["value", *INTERVALS]
    for name, attribute in zip(_series_names(series), names, strict=True):
        values = getattr(served.forecast, attribute, None)
        if values is None:
            columns.add_nulls(name, unit)
        else:
            columns.add(name, values[: query.forecast_days], unit)


def _series_names(series: ForecastSeries) -> Iterable[str]:
    if series.is_probability:
        return [series.value]
    return [series.value, *(f"{series.value}_{interval}" for interval in INTERVALS)]


def _span(history: DailyHistory, query: ArchiveQuery) -> tuple[date, date]:
    """Return the first and last day asked for that lie within the history."""
    last = min(query.end_date or history.last_date, history.last_date)
    start = query.start_date
    if last < history.first_date or (start is not None and start > last):
        raise ParametersRefused(
            f"There is nothing between these dates: the observations reach from "
            f"{history.first_date} to {history.last_date}."
        )
    first = start or last - timedelta(days=ARCHIVE_DEFAULT_DAYS - 1)
    return max(first, history.first_date), last
