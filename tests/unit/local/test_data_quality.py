"""What a line says about a source, and about the data of a site."""

from datetime import UTC, date, datetime, timedelta

from local.command.data_quality import LINES_SHOWN, quality_lines, source_lines
from local.command.records import Record
from shared.adapters.data_quality.sources import SourceHealth
from shared.contracts.sites import SiteState


def record(site_id: str = "marrakech", **values: object) -> Record:
    """Return what is known of a site whose data is as it should be."""
    well = {
        "site_id": site_id,
        "state": SiteState.ACTIVE,
        "last_date": date(2026, 11, 22),
        "stale_days": 0,
        "days": 365,
        "missing_days": 0,
        "completeness": 0.9999,
        "held": 0,
        "flagged": 3,
    }
    return well | values


def test_line_of_good_data_is_short_and_not_rounded_up() -> None:
    line = quality_lines([record()])
    assert line == "[green]✓[/] marrakech: up to date (2026-11-22), 99.9 % of the last 365 days"


def test_line_names_what_needs_a_look() -> None:
    line = quality_lines([record(stale_days=3, missing_days=12, held=1)])
    assert "3 days behind" in line
    assert "12 days missing, 1 value held back (`climate quarantine`)" in line


def test_line_of_a_new_or_paused_site_says_so() -> None:
    nothing: Record = {
        "last_date": None,
        "stale_days": None,
        "days": 0,
        "completeness": 0.0,
    }
    assert "nothing observed yet" in quality_lines([record(**nothing)])
    assert quality_lines([record(state=SiteState.PAUSED)]).endswith("(paused)[/]")


def test_sites_that_need_a_look_come_first_and_the_rest_is_counted() -> None:
    records = [record(f"site-{n:03}") for n in range(LINES_SHOWN + 4)] + [record("zagora", held=2)]
    lines = quality_lines(records).splitlines()
    assert "zagora" in lines[0]
    assert lines[-1] == "[dim]and 5 more sites[/]"


def test_no_site_is_no_error() -> None:
    assert "climate sites add" in quality_lines([])


def source(**values: object) -> SourceHealth:
    """Return how a source is that answers, but for these values."""
    well: dict[str, object] = dict.fromkeys(SourceHealth.__annotations__) | {"source": "open-meteo"}
    return SourceHealth(**(well | values))  # type: ignore[arg-type]


def test_source_that_answers_is_not_worth_a_line() -> None:
    assert not source_lines([source()])


def test_source_that_fails_is_told_with_its_reason_and_its_next_try() -> None:
    since = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    failing = source(failing_since=since, last_problem="says 503 '[busy]'")
    line = source_lines([source(), failing])
    assert line.endswith(
        "open-meteo has not answered since 12:30 UTC: says 503 '\\[busy]'; it is tried again by "
        "itself"
    )
    alone = source(failing_since=since, left_alone_until=since + timedelta(minutes=1))
    assert "left alone until 12:31:00 UTC, then tried again" in source_lines([alone])
