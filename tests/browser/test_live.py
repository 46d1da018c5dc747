"""A page that is open shows what happens as it happens, without a reload."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.browser.pages import PAGES, View, looking

VIEW = View("desktop", "en", "light")


def test_page_tells_of_work_as_it_moves_on(
    browser: Browser, address: str, report_progress: Callable[[str], None]
) -> None:
    with looking(browser, address, VIEW) as page:
        with page.expect_response("**/api/v1/events/stream"):
            page.goto(PAGES["pipeline"])
        page.evaluate("window.isTheSamePage = true")
        expect(page.get_by_text("trial 7 of 20, about 2 min left").first).to_be_visible()
        report_progress("trial 8 of 20, about 1 min left")
        expect(page.get_by_text("trial 8 of 20, about 1 min left").first).to_be_visible(
            timeout=10_000
        )
        assert page.evaluate("window.isTheSamePage")


def test_what_somebody_has_opened_stays_open(
    browser: Browser, address: str, report_progress: Callable[[str], None]
) -> None:
    with looking(browser, address, VIEW) as page:
        with page.expect_response("**/api/v1/events/stream"):
            page.goto(PAGES["forecast"])
        page.locator("summary").first.click()
        page.locator("h1").click()
        report_progress("trial 9 of 20, about 1 min left")
        expect(page.get_by_text("trial 9 of 20, about 1 min left").first).to_be_visible(
            timeout=10_000
        )
        expect(page.get_by_role("region", name="The same as a table")).to_be_visible()
