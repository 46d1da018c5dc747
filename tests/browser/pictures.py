"""`make pictures`: the pictures of the README and the documentation, of the real pages.

They show the system of the browser tests; with an address, the system that runs there.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from shared.adapters.migrations import migrate
from tests.browser.conftest import launch
from tests.browser.pages import PAGES, View, looking
from tests.browser.story import Story
from tests.integration.api.processes import running_api
from tests.support.database import sessions_on
from tests.support.servers import new_database, postgres_from_wheel, redis_from_wheel

FOLDER = Path(__file__).parents[2] / "docs" / "images"
DESK, NIGHT = View("desktop", "en", "light"), View("desktop", "en", "dark")
#: Name of the picture: the page, how it is looked at, and whether all of it is shown.
PICTURES = {
    "forecast": ("forecast", DESK, False),
    "forecast-dark": ("forecast", NIGHT, False),
    "verification": ("verification", DESK, True),
    "model": ("model", DESK, True),
    "history": ("history", DESK, False),
    "pipeline": ("pipeline", DESK, False),
    "data": ("data", DESK, False),
    "phone": ("forecast", View("phone", "fr", "light"), False),
}


def main() -> None:
    """Take every picture."""
    addresses = sys.argv[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if addresses:
            take(browser, addresses[0])
        else:
            with running_system() as address:
                take(browser, address)
        browser.close()


def take(browser: Browser, address: str) -> None:
    """Take the pictures of a system."""
    for name, (page_name, view, is_whole) in PICTURES.items():
        with looking(browser, address, view) as page:
            page.goto(PAGES[page_name])
            path = FOLDER / f"{name}.png"
            page.screenshot(path=path, full_page=is_whole)
            print(path.relative_to(FOLDER.parents[1]))  # noqa: T201 - a script tells what it did


@contextmanager
def running_system() -> Iterator[str]:
    """Run the system of the browser tests for as long as the block lasts."""
    with (
        tempfile.TemporaryDirectory(prefix="climate-pictures-") as folder,
        postgres_from_wheel(_made(folder, "postgres")) as server,
        redis_from_wheel(_made(folder, "redis")) as redis_url,
        new_database(server) as database_url,
    ):
        home = _made(folder, "home")
        migrate(database_url)
        with sessions_on(database_url) as sessions:
            Story.until_now(sessions, home / "cache" / "artifacts").write()
        with running_api(home, database_url, redis_url) as api:
            yield str(api.client.base_url)


def _made(parent: str, name: str) -> Path:
    folder = Path(parent) / name
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
