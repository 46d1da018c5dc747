"""What a line says about the data of a site."""

from datetime import date

from local.command.data_quality import LINES_SHOWN, quality_lines
from local.command.records import Record
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
