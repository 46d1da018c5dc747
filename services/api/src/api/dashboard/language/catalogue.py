"""The phrases of a language: one TOML file each, a table a page, a line a phrase."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

#: A phrase, or its forms by the plural category of `n` (CLDR: zero, one, two, few, many, other).
Phrase = str | Mapping[str, str]
Catalogue = Mapping[str, Phrase]

#: What CLDR calls the forms of a plural; a table of nothing else is a phrase with a number in it.
PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})


@cache
def catalogue_of(code: str) -> Catalogue:
    """Return the phrases of a language by their names, such as `outlook.dry`."""
    text = (files("api.dashboard.language") / f"{code}.toml").read_text(encoding="utf-8")
    return dict(_flattened(tomllib.loads(text)))


def _flattened(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Phrase]]:
    for name, value in table.items():
        if isinstance(value, str) or value.keys() <= PLURAL_FORMS:
            yield f"{path}{name}", value
        else:
            yield from _flattened(value, f"{path}{name}.")
