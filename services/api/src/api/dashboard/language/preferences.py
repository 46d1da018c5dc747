"""In which language and light somebody reads: asked for, else remembered, else the browser's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from babel import negotiate_locale

from api.dashboard.language.language import Language

#: What is written first is what is answered when nothing fits.
LANGUAGES = {
    language.code: language
    for language in (Language("en", "GB"), Language("fr", "FR"), Language("ar", "MA"))
}


class Theme(StrEnum):
    """Light or dark; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


THEMES = {theme.value: theme for theme in Theme}

#: Names of the parameters in an address, and of the cookies that remember them.
LANGUAGE, THEME = "lang", "theme"

T = TypeVar("T")


@dataclass(frozen=True)
class Preferences:
    """How somebody wants to read.

    Attributes
    ----------
    to_remember : mapping
        What was asked for in the address, to be kept for the pages that follow.
    """

    language: Language
    theme: Theme
    to_remember: Mapping[str, str]


def preferences(
    query: Mapping[str, str], cookies: Mapping[str, str], accept_language: str
) -> Preferences:
    """Return how somebody wants to read; what is not understood is passed over."""
    language = _chosen(LANGUAGES, query.get(LANGUAGE), cookies.get(LANGUAGE))
    theme = _chosen(THEMES, query.get(THEME), cookies.get(THEME))
    asked = {
        name: query[name]
        for name, known in ((LANGUAGE, LANGUAGES.keys()), (THEME, THEMES.keys()))
        if query.get(name) in known
    }
    return Preferences(
        language=language or _accepted(accept_language),
        theme=theme or Theme.AUTO,
        to_remember=asked,
    )


def _chosen(known: Mapping[str, T], *names: str | None) -> T | None:
    return next((known[name] for name in names if name is not None and name in known), None)


def _accepted(header: str) -> Language:
    """Return the language a browser likes best (RFC 9110, 12.5.4)."""
    wanted = sorted((_weighed(part) for part in header.split(",")), key=lambda found: -found[1])
    names = [name for name, weight in wanted if weight > 0.0]
    best = negotiate_locale(names, LANGUAGES, sep="-")
    return LANGUAGES[best or next(iter(LANGUAGES))]


def _weighed(part: str) -> tuple[str, float]:
    name, _, weight = part.strip().partition(";q=")
    try:
        return name.strip(), float(weight or 1.0)
    except ValueError:
        return name.strip(), 0.0
