"""How good the data is, asked of a real database that holds bad data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import NullPool, create_engine, event
from sqlalchemy.orm import Session

from shared.adapters.data_quality.coverage import coverage, months
from shared.adapters.data_quality.gaps import GAPS_TOLD, Gap, gaps
from shared.adapters.data_quality.held import EXAMPLES_TOLD, FindingCount
from shared.adapters.data_quality.report import SiteQuality, data_quality
from shared.adapters.data_quality.sources import source_health
from shared.adapters.database import database_now
from shared.adapters.sites import add_site
from shared.contracts.circuit import FAILURES_TO_OPEN, FIRST_PAUSE
from shared.contracts.jobs import JobKind
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import Variable
from tests.support.quality import (
    PROVISIONAL_DAYS,
    add_ring_point,
    answered,
    collected_job,
    find_fault,
    guide,
    had_nothing,
    observe_days,
    revise_day,
)

SITE = DEFAULT_SITE.site_id
LAST = date(2026, 11, 22)
FIRST = LAST - timedelta(days=799)
EXPECTED = {SITE: LAST}


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Return a transaction on a database with the default site."""
    engine = create_engine(
        database_url, poolclass=NullPool, connect_args={"options": "-c timezone=UTC"}
    )
    with Session(engine) as session:
        add_site(session, DEFAULT_SITE)
        yield session


def quality(session: Session) -> SiteQuality:
    """Return what is known of the default site."""
    return data_quality(session, EXPECTED).sites[SITE]


@contextmanager
def counted_queries(session: Session) -> Iterator[list[str]]:
    """Note what is asked of the database while the block lasts."""
    queries: list[str] = []
    engine = session.get_bind()

    def note(*execution: object) -> None:
        queries.append(str(execution[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield queries
    finally:
        event.remove(engine, "before_cursor_execute", note)


def days_back(*counts: int) -> frozenset[date]:
    """Return days by their distance from the last one."""
    return frozenset(LAST - timedelta(days=count) for count in counts)


def test_site_without_observations_has_nothing_but_is_told(session: Session) -> None:
    assert quality(session) == SiteQuality()


def test_completeness_is_of_the_days_of_each_window(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST, missing=days_back(3, 100, 101, 700))
    found = coverage(session, EXPECTED)[SITE]
    assert (found.first_date, found.last_date) == (FIRST, LAST)
    observed = {length: window.observed_days for length, window in found.windows.items()}
    assert observed == {30: 29, 365: 362, None: 796}
    assert {length: window.days for length, window in found.windows.items()} == {
        30: 30,
        365: 365,
        None: 800,
    }
    assert found.windows[None].provisional_days == PROVISIONAL_DAYS - 1  # one of them is missing
    assert found.completeness(30) == pytest.approx(29 / 30)


def test_windows_do_not_reach_back_before_the_first_day(session: Session) -> None:
    observe_days(session, SITE, LAST - timedelta(days=9), LAST)
    windows = coverage(session, EXPECTED)[SITE].windows
    assert {window.days for window in windows.values()} == {10}
    assert windows[30].shares[Variable.PRECIPITATION] == 1.0


def test_days_that_are_late_count_as_missing(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST - timedelta(days=6))
    found = coverage(session, EXPECTED)[SITE]
    assert found.windows[30].observed_days == 24
    assert gaps(session, EXPECTED)[SITE].longest == (
        Gap(LAST - timedelta(days=5), LAST, days=6, empty_days=0),
    )


def test_day_newer_than_expected_is_counted_to(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST + timedelta(days=1))
    window = coverage(session, EXPECTED)[SITE].windows[30]
    assert (window.days, window.observed_days) == (30, 30)
    assert SITE not in gaps(session, EXPECTED)


def test_variable_a_site_never_had_is_not_missing(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST, without=(Variable.RADIATION,))
    found = coverage(session, EXPECTED)[SITE]
    assert Variable.RADIATION not in found.variables
    assert found.completeness(None) == 1.0
    assert found.windows[None].shares[Variable.RADIATION] == 0.0


def test_only_the_newest_revision_of_a_day_counts(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST)
    revise_day(session, SITE, LAST, temperature_2m_max=None, precipitation_sum=1.0)
    window = coverage(session, EXPECTED)[SITE].windows[30]
    assert window.observed_days == 30
    assert window.known[Variable.TEMPERATURE_MAX] == 29
    assert window.known[Variable.PRECIPITATION] == 30
    assert window.provisional_days == PROVISIONAL_DAYS - 1


def test_shorter_windows_alone_are_the_same(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST, missing=days_back(3, 100))
    both = coverage(session, EXPECTED)[SITE].windows
    alone = coverage(session, EXPECTED, windows=(30, 365))[SITE].windows
    assert alone == {length: both[length] for length in (30, 365)}


def test_months_cover_the_span_of_the_site_and_no_day_more(session: Session) -> None:
    whole_october = frozenset(date(2026, 10, 1) + timedelta(days=n) for n in range(31))
    observe_days(session, SITE, date(2026, 8, 30), LAST, missing=whole_october)
    found = [
        (one.month.isoformat(), one.window.days, one.window.observed_days)
        for one in months(session, EXPECTED)[SITE]
    ]
    assert found == [
        ("2026-08-01", 2, 2),
        ("2026-09-01", 30, 30),
        ("2026-10-01", 31, 0),
        ("2026-11-01", 22, 22),
    ]


def test_gaps_are_told_longest_first_with_what_the_source_does_not_have(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST, missing=days_back(3, 100, 101, 102, 700))
    revise_day(session, SITE, LAST - timedelta(days=50), precipitation_sum=1.0)
    for day in days_back(100, 101):
        had_nothing(session, SITE, day)
    found = gaps(session, EXPECTED)[SITE]
    assert (found.count, found.days) == (3, 5)
    assert [(gap.days, gap.empty_days) for gap in found.longest] == [(3, 2), (1, 0), (1, 0)]
    assert found.longest[0].first_date == LAST - timedelta(days=102)
    assert found.longest[1].first_date == LAST - timedelta(days=3)  # the newer of equal ones


def test_gaps_told_are_bounded_and_counted_all_the_same(session: Session) -> None:
    every_other = days_back(*range(1, 101, 2))
    observe_days(session, SITE, FIRST, LAST, missing=every_other)
    found = gaps(session, EXPECTED)[SITE]
    assert (found.count, len(found.longest)) == (50, GAPS_TOLD)


def test_findings_of_the_ring_count_as_those_of_the_site(session: Session) -> None:
    point = add_ring_point(session, SITE, 90.0)
    for n in range(EXAMPLES_TOLD + 2):
        find_fault(session, SITE, FIRST + timedelta(days=n))
    newest = find_fault(session, point, LAST, value=-95.0)
    find_fault(session, SITE, LAST, check="climate", state="flagged")
    find_fault(session, SITE, LAST, value=72.0, state="dropped")
    found = quality(session).findings
    assert (found.total("held"), found.total("flagged")) == (EXAMPLES_TOLD + 3, 1)
    held = FindingCount("held", "bounds", Variable.TEMPERATURE_MAX, EXAMPLES_TOLD + 3)
    assert found.counts[0] == held
    assert len(found.newest) == EXAMPLES_TOLD
    assert (found.newest[0].finding_id, found.newest[0].site_id) == (newest, point)


def test_collections_are_the_newest_of_the_site_and_say_why_not(session: Session) -> None:
    for n in range(5):
        collected_job(session, SITE, LAST - timedelta(days=n + 1))
    collected_job(session, SITE, LAST, "queued", attempts=3, last_error="HTTP 503")
    found = quality(session).collections
    assert [one.logical_date for one in found] == [LAST - timedelta(days=n) for n in range(3)]
    assert (found[0].kind, found[0].state) == (JobKind.COLLECT, "queued")
    assert found[0].last_error == "HTTP 503"


def test_ring_is_as_new_as_the_point_farthest_behind(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST)
    for bearing, last in ((0.0, LAST), (90.0, LAST - timedelta(days=40))):
        observe_days(session, add_ring_point(session, SITE, bearing), FIRST, last)
    ring = quality(session).ring
    assert ring is not None
    assert (ring.points, ring.days, ring.observed_days) == (2, 2 * 365, 2 * 365 - 40)
    assert ring.oldest_last_date == LAST - timedelta(days=40)
    add_ring_point(session, SITE, 180.0)
    ring = quality(session).ring
    assert ring is not None
    assert ring.oldest_last_date is None
    assert ring.completeness == pytest.approx((2 * 365 - 40) / (3 * 365))


def test_guidance_is_counted_by_reference_dates(session: Session) -> None:
    observe_days(session, SITE, FIRST, LAST)
    guide(session, SITE, LAST - timedelta(days=29), LAST - timedelta(days=15))
    found = quality(session).guidance
    assert found is not None
    assert (found.days, found.known_days) == (30, 15)


def fail(session: Session, at: datetime, *, outcome: str = "unavailable") -> None:
    answered(session, at, outcome=outcome, problem=f"{outcome} at {at}")


def test_source_fails_since_the_first_failure_in_a_row(session: Session) -> None:
    now = database_now(session)
    fail(session, now - timedelta(minutes=50))
    answered(session, now - timedelta(minutes=40))
    answered(session, now - timedelta(days=3))
    for minutes in (30, 20):
        fail(session, now - timedelta(minutes=minutes))
    (source,) = source_health(session)
    assert (source.answers, source.problems, source.exhausted) == (4, 3, 0)
    assert source.last_answer_at == now - timedelta(minutes=40)
    assert source.failing_since == now - timedelta(minutes=30)
    assert source.left_alone_until is None
    assert source.last_problem == f"unavailable at {now - timedelta(minutes=20)}"


def test_source_that_keeps_failing_is_left_alone_as_the_collector_leaves_it(
    session: Session,
) -> None:
    now = database_now(session)
    for n in range(FAILURES_TO_OPEN):
        fail(session, now - timedelta(minutes=FAILURES_TO_OPEN - n))
    (source,) = source_health(session)
    assert source.left_alone_until == now - timedelta(minutes=1) + FIRST_PAUSE


def test_exhausted_budget_is_a_problem_of_a_source_that_answers(session: Session) -> None:
    now = database_now(session)
    fail(session, now - timedelta(minutes=1))
    fail(session, now, outcome="exhausted")
    (source,) = source_health(session)
    assert (source.problems, source.exhausted) == (2, 1)
    assert source.failing_since is None
    assert 2.5 <= source.weight_this_minute <= source.weight_this_hour <= source.weight_today


def test_questions_are_as_many_for_many_sites_as_for_one(session: Session) -> None:
    others = [f"site-{n}" for n in range(30)]
    for site_id in others:
        add_site(session, replace(DEFAULT_SITE, site_id=site_id))
        observe_days(session, site_id, LAST - timedelta(days=40), LAST)
    counts = []
    for asked in ([SITE], [SITE, *others]):
        with counted_queries(session) as queries:
            found = data_quality(session, dict.fromkeys(asked, LAST), by_month=True)
        counts.append(len(queries))
        assert set(found.sites) == set(asked)
    assert counts[0] == counts[1]
