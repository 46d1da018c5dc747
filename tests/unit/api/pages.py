"""Reading a page as a person or a screen reader would."""

from html.parser import HTMLParser

from tests.unit.api.conftest import client_of
from tests.unit.api.world import World


class Page(HTMLParser):
    """The parts of a page that tests look at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self.text += " "

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    def count(self, tag: str, **attributes: str) -> int:
        """Return how many elements have a tag and attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return sum(
            1
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        )


async def page_of(world: World, url: str = "/") -> Page:
    """Return the page of a world."""
    async with client_of(world) as client:
        return Page((await client.get(url)).text)
