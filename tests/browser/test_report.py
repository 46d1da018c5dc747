"""The report of a recorded run in a real browser: on a phone and a desk, in both lights."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request, expect

from local.report import Origin, write_report
from tests.browser.pages import WIDTHS, View, artifacts, looking
from tests.browser.test_pages import serious_faults
from tests.support.reports import HOSTILE, INJECTIONS, recorded
from tests.support.servers import new_database

VIEWS = [View(width, "en", theme) for width, theme in product(WIDTHS, ("light", "dark"))]
ORIGIN = Origin(
    command="climate replay --site marrakech", ledger_hash="c0ffee", injections=INJECTIONS
)


@pytest.fixture(scope="module")
def report(
    browser: Browser,
    postgres_url: str,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the page of two policies over some weeks."""
    del browser
    records = []
    for policy in ("gate", "never"):
        with new_database(postgres_url, migrated_template) as url:
            records.append(recorded(url, policy=policy))
    return write_report(records, tmp_path_factory.mktemp("report"), ORIGIN)


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_report_can_be_read_by_everybody(browser: Browser, report: Path, view: View) -> None:
    complaints: list[str] = []
    asked: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            asked.append(request.url)

    with looking(browser, report.parent.as_uri(), view) as page:
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note)
        page.goto(report.as_uri())
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for summary in page.locator("summary").all():
            summary.click()
        picture = artifacts() / f"report-{view}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture, full_page=True)
        assert complaints == []
        assert asked == []  # the page needs nothing beside it
        assert serious_faults(page) == []
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )


def test_every_figure_is_there_for_this_width_and_says_what_it_shows(
    browser: Browser, report: Path
) -> None:
    with looking(browser, report.parent.as_uri(), View("phone", "en", "light")) as page:
        page.goto(report.as_uri())
        figures = page.locator("figure svg.chart:visible")
        expect(figures).to_have_count(page.locator("figure").count())
        for figure in figures.all():
            assert len(figure.get_attribute("aria-label") or "") > 20
        # Names inside a figure are its own: a clip path of another would cut off its lines.
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
        assert len(ids) == len(set(ids))


def test_what_the_record_says_is_text_and_nothing_else(browser: Browser, report: Path) -> None:
    with looking(browser, report.parent.as_uri(), VIEWS[0]) as page:
        page.goto(report.as_uri())
        assert "taken over" not in page.title()
        assert page.locator("script").count() == 0
        page.get_by_text("All 11 decisions").click()
        expect(page.get_by_text(HOSTILE)).to_be_visible()


def test_simulated_weather_is_called_so_first(browser: Browser, report: Path) -> None:
    with looking(browser, report.parent.as_uri(), VIEWS[0]) as page:
        page.goto(report.as_uri())
        expect(page.locator("header").get_by_text("Simulated weather.")).to_be_visible()
        expect(page.locator("footer")).to_contain_text("Simulated weather, not observations")
