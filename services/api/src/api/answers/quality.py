"""How good the data is, as it is answered: completeness, freshness, gaps, findings, sources."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState
from shared.forecasting.variables import Variable


class QualityQuery(BaseModel):
    """Which sites, by their ids."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str | None = Field(
        default=None, max_length=100, description="only this site, month by month, too"
    )
    limit: int = Field(default=20, ge=1, le=50, description="sites in one answer")
    after: str | None = Field(
        default=None, max_length=100, description="only sites whose id comes after this one"
    )


class _Found(BaseModel):
    """Read from what `shared.adapters.data_quality` has found."""

    model_config = ConfigDict(from_attributes=True)


class WindowAnswer(_Found):
    """What is there of some days up to the newest one that is expected."""

    days: int = Field(description="days there should be, none before the first one", examples=[365])
    observed_days: int = Field(description="days of which anything is known", examples=[364])
    final_days: int = Field(description="days the source will not revise any more", examples=[354])
    provisional_days: int = Field(description="days it still may revise", examples=[10])
    completeness: float = Field(
        description="mean share of the variables the site has, 0 to 1", examples=[0.997]
    )
    shares: dict[Variable, float] = Field(
        description="share of the days on which each variable is known, 0 to 1",
        examples=[{"temperature_2m_max": 0.997, "precipitation_sum": 0.997}],
    )


class CompletenessAnswer(BaseModel):
    """Which share of the days is there, over three windows."""

    last_30_days: WindowAnswer
    last_365_days: WindowAnswer
    since_first_day: WindowAnswer


class MonthAnswer(BaseModel):
    """What is there of a calendar month, as far as it lies within the site's span."""

    month: str = Field(examples=["2026-11"])
    days: int = Field(examples=[22])
    observed_days: int = Field(examples=[22])
    completeness: float = Field(examples=[1.0])


class FreshnessAnswer(BaseModel):
    """How old the newest observed day is."""

    last_date: date | None = Field(description="the newest observed day")
    expected_date: date = Field(description="the newest day that should be there by now")
    age_days: int | None = Field(
        description="days from the newest observed one to today (UTC)", examples=[1]
    )
    stale_days: int | None = Field(description="days behind the expected one", examples=[0])
    stale: bool = Field(description="whether a newer day should have been observed by now")


class GapAnswer(_Found):
    """A run of days of which nothing is known."""

    first_date: date
    last_date: date
    days: int = Field(examples=[3])
    empty_days: int = Field(
        description="days of it for which the source was asked and had nothing", examples=[0]
    )


class GapsAnswer(_Found):
    """The gaps between the first day and the newest expected one."""

    count: int = Field(examples=[1])
    days: int = Field(description="missing days of all gaps together", examples=[3])
    longest: list[GapAnswer] = Field(description="the longest twenty, longest first")


class FindingCountAnswer(_Found):
    """How many values of a variable a check holds back (`held`) or marks (`flagged`)."""

    state: str = Field(examples=["held"])
    check_name: str = Field(examples=["bounds"], serialization_alias="check")
    variable: Variable
    values: int = Field(examples=[2])


class HeldValueAnswer(_Found):
    """A value in quarantine: it is stored as missing and never reaches a training."""

    finding_id: int = Field(description="what `climate quarantine` knows it by", examples=[17])
    site_id: str = Field(
        description="the site, or a point of its ring",
        examples=["marrakech"],
        serialization_alias="site",
    )
    valid_date: date
    variable: Variable
    value: float = Field(examples=[71.4])
    check_name: str = Field(examples=["bounds"], serialization_alias="check")
    reason: str = Field(examples=["71.4 °C lies above 60 °C, which no place on earth has seen."])
    found_at: datetime


class QuarantineAnswer(BaseModel):
    """What the checks hold back, and what they flag but keep; of the site and its ring."""

    held: int = Field(description="values held back", examples=[2])
    flagged: int = Field(description="values kept though unusual", examples=[5])
    by_check: list[FindingCountAnswer]
    newest_held: list[HeldValueAnswer] = Field(description="the newest five of the quarantine")


class CollectionAnswer(_Found):
    """One of the newest collections: when, and why not where it failed."""

    kind: JobKind = Field(examples=["collect"])
    logical_date: date = Field(description="the day it is for")
    state: str = Field(examples=["done"])
    attempts: int = Field(examples=[1])
    progress: str | None
    last_error: str | None = Field(description="why the last attempt failed")
    not_before: datetime = Field(description="where it waits: when it is tried again")
    finished_at: datetime | None


class RingAnswer(_Found):
    """The points around the site, over the last 365 days."""

    points: int = Field(examples=[8])
    days: int = Field(description="days of all points together", examples=[2920])
    observed_days: int = Field(examples=[2912])
    completeness: float = Field(examples=[0.997])
    oldest_last_date: date | None = Field(
        description="the newest day of the point farthest behind; null if one has none"
    )


class GuidanceAnswer(_Found):
    """What weather models forecast, by reference dates, over the last 365 days."""

    first_date: date
    last_date: date
    days: int = Field(examples=[365])
    known_days: int = Field(examples=[365])
    completeness: float = Field(examples=[1.0])


class SiteQualityAnswer(BaseModel):
    """How good the data of a site is."""

    site: str = Field(examples=["marrakech"])
    name: str = Field(examples=["Marrakech"])
    state: SiteState
    provenance: Provenance | None
    first_date: date | None = Field(description="the first observed day")
    variables: list[Variable] = Field(description="those the site has; others are not missing")
    freshness: FreshnessAnswer
    completeness: CompletenessAnswer | None = Field(description="null without observations")
    months: list[MonthAnswer] = Field(
        description="oldest first; empty unless this site alone was asked for"
    )
    gaps: GapsAnswer
    quarantine: QuarantineAnswer
    collections: list[CollectionAnswer] = Field(description="newest first")
    next_collection_at: datetime | None = Field(
        description="when the next is due; null where nothing is collected"
    )
    ring: RingAnswer | None = Field(description="null for a site without a ring")
    guidance: GuidanceAnswer | None = Field(description="null where there is none")


class SourceAnswer(_Found):
    """How a source has answered since yesterday 00:00 UTC, and what that cost of its budget."""

    source: str = Field(examples=["open-meteo-archive"])
    answers: int = Field(description="requests, whatever came of them", examples=[48])
    problems: int = Field(description="those nothing could be made of", examples=[1])
    exhausted: int = Field(
        description="those the source put off because the budget was used up", examples=[0]
    )
    last_answer_at: datetime | None = Field(description="the last good one")
    failing_since: datetime | None = Field(description="null while it answers")
    left_alone_until: datetime | None = Field(
        description="the circuit is open: nobody asks before; null where it is closed"
    )
    last_problem: str | None = Field(examples=["HTTP 503: the service is overloaded"])
    last_problem_at: datetime | None
    weight_this_minute: float = Field(
        description="calls of the budget used up, by the clock's minute", examples=[2.0]
    )
    weight_this_hour: float = Field(examples=[40.5])
    weight_today: float = Field(description="since 00:00 UTC", examples=[181.0])


class DataQualityPage(BaseModel):
    """How good the data of some sites is, by id, and how the sources are."""

    as_of: datetime
    sources: list[SourceAnswer] = Field(description="those that were asked lately")
    sites: list[SiteQualityAnswer]
    next: str | None = Field(description="where the next page is; null on the last one")
