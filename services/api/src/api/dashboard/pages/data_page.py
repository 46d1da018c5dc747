"""The page about the data, as plain values: how good what the forecasts are made of is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.answers.quality import (
    CollectionAnswer,
    GapAnswer,
    MonthAnswer,
    SiteQualityAnswer,
    SourceAnswer,
)
from api.dashboard.chart.calendar import Calendar
from api.dashboard.language import Language
from api.dashboard.pages.steps import STATES, StepState, job_text
from api.dashboard.shell import Shell
from shared.contracts.sites import SiteState

_WIDE, _NARROW = 1040.0, 360.0
_GAPS_SHOWN = 8
_FULL = 0.99  # below it a person should look
_MONTHS = range(1, 13)


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
    state: StepState
    text: str


@dataclass(frozen=True)
class DataPage:
    """What the page shows of one site.

    Attributes
    ----------
    calendar, calendar_narrow : Calendar or None
        The same for a wide page and for a phone; None without observations.
    """

    shell: Shell
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
    shell: Shell, quality: SiteQualityAnswer, sources: Sequence[SourceAnswer]
) -> DataPage:
    """Return the page about the data of a site."""
    months, language = quality.months, shell.visit.language
    tiles = (_freshness, _completeness, _gaps, _quarantine)
    return DataPage(
        shell=shell,
        lead=_lead(quality, language),
        tiles=tuple(tile(quality, language) for tile in tiles),
        quality=quality,
        longest_gaps=quality.gaps.longest[:_GAPS_SHOWN],
        years=_years(months),
        calendar=Calendar.of(months, _WIDE) if months else None,
        calendar_narrow=Calendar.of(months, _NARROW) if months else None,
        work=tuple(_work_line(one, language, shell.now) for one in quality.collections),
        sources=sources,
    )


def _lead(quality: SiteQualityAnswer, language: Language) -> str:
    fresh, say = quality.freshness, language.say
    if fresh.last_date is None:
        return say("data.nothing")
    found = say("data.out_of_date", n=fresh.stale_days or 0) if fresh.stale else say("data.fresh")
    return f"{found} {say('data.paused')}" if quality.state is SiteState.PAUSED else found


def _freshness(quality: SiteQualityAnswer, language: Language) -> Tile:
    fresh, say = quality.freshness, language.say
    name = say("tile.newest")
    if fresh.last_date is None:
        return Tile(name, say("tile.none"), say("tile.newest_none"), "bad")
    day = language.day_and_year(fresh.last_date)
    if fresh.stale:
        return Tile(name, day, say("tile.behind", n=fresh.stale_days or 0), "bad")
    return Tile(name, day, say("tile.up_to_date"), "good")


def _completeness(quality: SiteQualityAnswer, language: Language) -> Tile:
    say = language.say
    name = say("tile.complete")
    if quality.completeness is None:
        return Tile(name, language.percent(0.0), say("tile.complete_none"), "bad")
    year = quality.completeness.last_365_days
    kind = "good" if year.completeness >= _FULL else "attention"
    share = language.whole_percent(year.completeness)
    return Tile(name, share, say("tile.complete_of", n=year.days), kind)


def _gaps(quality: SiteQualityAnswer, language: Language) -> Tile:
    found, say = quality.gaps, language.say
    name = say("tile.gaps")
    if not found.count:
        return Tile(name, say("tile.none"), say("tile.gaps_none"), "good")
    return Tile(name, language.grouped(found.count), say("tile.missing", n=found.days), "attention")


def _quarantine(quality: SiteQualityAnswer, language: Language) -> Tile:
    found, say = quality.quarantine, language.say
    name = say("tile.quarantine")
    text = say("tile.flagged", n=found.flagged) if found.flagged else say("tile.none_flagged")
    if not found.held:
        return Tile(name, say("tile.empty"), text, "good")
    return Tile(name, say("tile.values", n=found.held), text, "attention")


def _years(months: Sequence[MonthAnswer]) -> list[tuple[str, list[MonthAnswer | None]]]:
    """Return the months by year for a table, the newest year first; None outside the span."""
    known = {month.month: month for month in months}
    years = sorted({month.month[:4] for month in months}, reverse=True)
    return [(year, [known.get(f"{year}-{n:02d}") for n in _MONTHS]) for year in years]


def _work_line(work: CollectionAnswer, language: Language, now: datetime) -> WorkLine:
    kind, day = language.say(f"kind.{work.kind}"), language.short_day(work.logical_date)
    state = STATES.get(work.state, StepState.WAITING)
    return WorkLine(f"{kind}, {day}", state, job_text(work, language, now))
