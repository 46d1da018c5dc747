"""A system with a past, served by a real process, and a real browser to look at it."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from sqlalchemy import update

from shared.adapters.database import make_engine
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from tests.browser.story import Story
from tests.integration.api.processes import running_api
from tests.support.database import sessions_on
from tests.support.servers import new_database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLOWER_URL = "http://127.0.0.1:5555/"
# What a browser would do beside looking at the page: call home, ask for updates.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the Chromium of this machine."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)


@pytest.fixture(scope="session")
def browser_database(browser: Browser, postgres_url: str, migrated_template: str) -> Iterator[str]:
    """Return a database of these tests; only where there is a browser."""
    del browser
    with new_database(postgres_url, migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def address(
    browser_database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of a system that has run for five weeks."""
    home = tmp_path_factory.mktemp("browser") / "home"
    with sessions_on(browser_database) as sessions:
        Story.until_now(sessions, home / "cache" / "artifacts").write()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLIMATE_FLOWER_URL", FLOWER_URL)
        with running_api(home, browser_database, redis_url) as api:
            yield str(api.client.base_url)


@pytest.fixture
def report_progress(browser_database: str, address: str) -> Callable[[str], None]:
    """Return what a worker does that says how far it is."""
    del address

    def report(text: str) -> None:
        engine = make_engine(browser_database)
        with engine.begin() as connection:
            running = jobs.c.kind == JobKind.FIT_GRADIENT_BOOSTING
            connection.execute(update(jobs).where(running).values(progress=text))
        engine.dispose()

    return report
