"""The pages of the dashboard, and how they are looked at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

PAGES = {
    "forecast": "/dashboard?site=marrakech",
    "getting-ready": "/dashboard?site=fes",
    "verification": "/dashboard/verification?site=marrakech",
    "models": "/dashboard/models?site=marrakech",
    "model": "/dashboard/models/temperature_2m_max?site=marrakech",
    "history": "/dashboard/history?site=marrakech",
    "data": "/dashboard/data?site=marrakech",
    "pipeline": "/dashboard/pipeline?site=marrakech",
    "places": "/dashboard/places",
    "nowhere": "/dashboard?site=atlantis",
    "reference": "/docs",
}
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


def artifacts() -> Path:
    """Return where screenshots are kept; `build/` is not committed."""
    return Path(os.environ.get("CLIMATE_TEST_ARTIFACTS", "build/browser"))


@dataclass(frozen=True)
class View:
    """How somebody looks at the pages."""

    width: str
    language: str
    theme: str

    def __str__(self) -> str:
        return f"{self.width}-{self.language}-{self.theme}"


@contextmanager
def looking(browser: Browser, address: str, view: View) -> Iterator[Page]:
    """Open a page as somebody would who prefers this language and this light."""
    width, height = WIDTHS[view.width]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale=view.language,
        color_scheme="dark" if view.theme == "dark" else "light",
        is_mobile=view.width == "phone",
        has_touch=view.width == "phone",
        reduced_motion="reduce",
    )
    try:
        yield context.new_page()
    finally:
        context.close()
