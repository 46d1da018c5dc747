"""The page about the data, as plain values: how good what the forecasts are made of is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from api.answers.quality import (
    CollectionAnswer,
    GapAnswer,
    MonthAnswer,
    SiteQualityAnswer,
    SourceAnswer,
)
from api.dashboard.chart.calendar import Calendar
from api.dashboard.words import KIND_NAMES, ago, count, short_day, until, whole_percent
from shared.contracts.sites import Site, SiteState

_WIDE, _NARROW = 920.0, 360.0
_GAPS_SHOWN = 8
_FULL = 0.99  # below it a person should look
_STATES = {"done": "done", "running": "working", "queued": "waiting", "dead": "failed"}


@dataclass(frozen=True)
class Tile:
    """One figure a person looks for first.

    Attributes
    ----------
    kind : str
        `good`, `attention` or `bad`; the words say it as well.
    """

    name: str
    value: str
    text: str
    kind: str


@dataclass(frozen=True)
class WorkLine:
    """A collection: what it was, how far it is, and when."""

    name: str
    state: str
    text: str


@dataclass(frozen=True)
class DataPage:
    """What the page shows of one site.

    Attributes
    ----------
    calendar, calendar_narrow : Calendar or None
        The same for a wide page and for a phone; None without observations.
    """

    sites: tuple[Site, ...]
    now: datetime
    lead: str
    tiles: tuple[Tile, ...]
    quality: SiteQualityAnswer
    longest_gaps: Sequence[GapAnswer]
    years: Sequence[tuple[str, Sequence[MonthAnswer | None]]]
    calendar: Calendar | None
    calendar_narrow: Calendar | None
    work: tuple[WorkLine, ...]
    sources: Sequence[SourceAnswer]


def data_page(
    sites: tuple[Site, ...],
    quality: SiteQualityAnswer,
    sources: Sequence[SourceAnswer],
    now: datetime,
) -> DataPage:
    """Return the page about the data of a site."""
    months = quality.months
    return DataPage(
        sites=sites,
        now=now,
        lead=_lead(quality),
        tiles=(_freshness(quality), _completeness(quality), _gaps(quality), _quarantine(quality)),
        quality=quality,
        longest_gaps=quality.gaps.longest[:_GAPS_SHOWN],
        years=_years(months),
        calendar=Calendar.of(months, _WIDE) if months else None,
        calendar_narrow=Calendar.of(months, _NARROW) if months else None,
        work=tuple(_work_line(one, now) for one in quality.collections),
        sources=sources,
    )


def _lead(quality: SiteQualityAnswer) -> str:
    fresh = quality.freshness
    if fresh.last_date is None:
        return "Nothing has been observed yet."
    paused = " Collecting is paused." if quality.state is SiteState.PAUSED else ""
    if fresh.stale:
        return f"Out of date by {count(fresh.stale_days or 0, 'day')}.{paused}"
    return f"Up to date.{paused}"


def _freshness(quality: SiteQualityAnswer) -> Tile:
    fresh = quality.freshness
    if fresh.last_date is None:
        return Tile("Newest day", "None", "collecting has brought nothing so far", "bad")
    if fresh.stale:
        behind = f"{count(fresh.stale_days or 0, 'day')} behind"
        return Tile("Newest day", _short(fresh.last_date), behind, "bad")
    return Tile("Newest day", _short(fresh.last_date), "as new as it can be", "good")


def _completeness(quality: SiteQualityAnswer) -> Tile:
    if quality.completeness is None:
        return Tile("Complete", "0 %", "there is nothing yet", "bad")
    year = quality.completeness.last_365_days
    kind = "good" if year.completeness >= _FULL else "attention"
    text = f"of the values of the last {count(year.days, 'day')}"
    return Tile("Complete", whole_percent(year.completeness), text, kind)


def _gaps(quality: SiteQualityAnswer) -> Tile:
    found = quality.gaps
    if not found.count:
        return Tile("Gaps", "None", "no day is missing in between", "good")
    text = f"{count(found.days, 'day')} missing"
    return Tile("Gaps", f"{found.count:,}", text, "attention")


def _quarantine(quality: SiteQualityAnswer) -> Tile:
    found = quality.quarantine
    text = f"{count(found.flagged, 'value')} kept but flagged" if found.flagged else "none flagged"
    if not found.held:
        return Tile("Quarantine", "Empty", text, "good")
    return Tile("Quarantine", count(found.held, "value"), text, "attention")


def _short(day: date) -> str:
    return f"{short_day(day)} {day.year}"


def _years(months: Sequence[MonthAnswer]) -> list[tuple[str, list[MonthAnswer | None]]]:
    """Return the months by year for a table, the newest year first; None outside the span."""
    known = {month.month: month for month in months}
    years = sorted({month.month[:4] for month in months}, reverse=True)
    return [(year, [known.get(f"{year}-{n:02d}") for n in range(1, 13)]) for year in years]


def _work_line(work: CollectionAnswer, now: datetime) -> WorkLine:
    name = f"{KIND_NAMES.get(work.kind, work.kind)}, {short_day(work.logical_date)}"
    return WorkLine(name, _STATES.get(work.state, "waiting"), _work_text(work, now))


def _work_text(work: CollectionAnswer, now: datetime) -> str:
    if work.state == "dead":
        reason = work.last_error or "no reason was left"
        return f"given up after {count(work.attempts, 'attempt')}: {reason}"
    if work.state == "running":
        return work.progress or "at work"
    if work.state == "queued":
        when = f"tries again {until(work.not_before, now=now)}"
        return f"{when}, after: {work.last_error}" if work.last_error else "next in line"
    return ago(work.finished_at, now=now) if work.finished_at else work.state
