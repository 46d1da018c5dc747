"""Each page in a real browser: on a phone and a desk, in each language and light."""

from itertools import product
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from tests.browser.conftest import FLOWER_URL
from tests.browser.pages import PAGES, WIDTHS, View, artifacts, looking

_SERIOUS = {"serious", "critical"}
VIEWS = [
    *(View(*each) for each in product(WIDTHS, ("en", "fr"), ("light", "dark"))),
    View("phone", "ar", "light"),
    View("desktop", "ar", "dark"),
]
ENGLISH = View("desktop", "en", "light")
PHONE = View("phone", "en", "light")
# The answer to a place that does not exist is 404, and the browser says so on its console.
_MEANT = "404 (Not Found)"


def serious_faults(page: Page) -> list[str]:
    """Return what axe finds that would keep somebody from reading the page."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {fault['help']} at {[node['target'] for node in fault['nodes'][:4]]}"
        for fault in found.response["violations"]
        if fault["impact"] in _SERIOUS
    ]


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_read_by_everybody(
    browser: Browser, address: str, name: str, view: View
) -> None:
    complaints: list[str] = []
    asked: set[str] = set()

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _MEANT not in message.text:
            complaints.append(message.text)

    def note(response: Response) -> None:
        asked.add(urlsplit(response.url).netloc)

    with looking(browser, address, view) as page:
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", note)
        page.goto(PAGES[name])
        expect(page.locator("main h1").first).to_be_visible()
        picture = artifacts() / f"{name}-{view}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture, full_page=True)
        assert complaints == []
        assert asked == {urlsplit(address).netloc}
        assert serious_faults(page) == []
        # Nothing is cut off: only tables may be wider than the page, and scroll by themselves.
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
        assert page.locator("html").get_attribute("lang") == view.language


def test_page_is_walked_by_keyboard_alone(browser: Browser, address: str) -> None:
    with looking(browser, address, ENGLISH) as page:
        page.goto(PAGES["forecast"])
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto(PAGES["forecast"])
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="The same as a table")).to_be_visible()


def test_every_stop_of_the_keyboard_can_be_seen(browser: Browser, address: str) -> None:
    with looking(browser, address, PHONE) as page:
        page.goto(PAGES["models"])
        for _ in range(12):
            page.keyboard.press("Tab")
            width = page.evaluate(
                "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
            )
            assert width >= 2
            expect(page.locator(":focus")).to_be_in_viewport()


def test_language_and_light_are_switched_and_kept(browser: Browser, address: str) -> None:
    with looking(browser, address, ENGLISH) as page:
        page.goto(PAGES["models"])
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.get_by_role("link", name="Dark").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
        page.get_by_role("link", name="Français").click()
        expect(page.get_by_role("heading", name="Les modèles")).to_be_visible()
        page.get_by_role("link", name="Historique").click()
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_arabic_runs_from_right_to_left_and_time_from_left_to_right(
    browser: Browser, address: str
) -> None:
    with looking(browser, address, View("desktop", "ar", "light")) as page:
        page.goto(PAGES["forecast"])
        brand, place = page.locator(".brand"), page.locator(".place")
        right, left = brand.bounding_box(), place.bounding_box()
        assert right is not None
        assert left is not None
        assert right["x"] > left["x"]
        observed = page.locator(".chart.wide .fan.max .observed").bounding_box()
        expected = page.locator(".chart.wide .fan.max .expected").bounding_box()
        assert observed is not None
        assert expected is not None
        assert observed["x"] < expected["x"]


def test_place_is_found_and_opened(browser: Browser, address: str) -> None:
    with looking(browser, address, PHONE) as page:
        page.goto(PAGES["forecast"])
        page.locator(".place").click()
        page.get_by_label("Search by name").fill("fes")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Fès").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Fès")
        expect(page.get_by_text("Getting ready.")).to_be_visible()


def test_every_page_is_reached_from_the_first_one(browser: Browser, address: str) -> None:
    with looking(browser, address, ENGLISH) as page:
        page.goto("/")
        for name in ("What came", "Models", "History", "Data", "At work", "Forecast"):
            page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
            current = page.locator(".pages [aria-current=page]")
            expect(current).to_have_text(name)
        page.get_by_role("link", name="Maximum temperature").first.click()
        expect(page.get_by_role("heading", name="On days it had not seen")).to_be_visible()
        expect(page.get_by_role("link", name="Queues in Flower").last).to_have_attribute(
            "href", FLOWER_URL
        )
        page.get_by_role("link", name="API", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("API")
