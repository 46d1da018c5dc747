"""From a page to HTML: the templates, and what they may call."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from api.dashboard.language import Language

STATIC_FOLDER = Path(str(files("api.dashboard") / "static"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"static": _static_url, "code": _code}
    environment.globals |= {"mark": _mark}
    return environment


def render(template: str, language: Language, values: Mapping[str, object]) -> str:
    """Return a template filled in; in it `t` says a phrase, `lang` writes numbers and days."""
    given = {**values, "lang": language, "t": language.say}
    return _environment().get_template(template).render(**given)


def _mark(value: object, css: str) -> Markup:
    """Set a value apart inside a phrase."""
    return Markup('<b class="{}">{}</b>').format(css, value)


def _code(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    parts[1::2] = [Markup("<code>{}</code>").format(part) for part in parts[1::2]]
    return Markup().join(parts)


@cache
def _static_url(name: str) -> str:
    """Return the address of a static file; it changes with the content, so it may be kept."""
    digest = hashlib.sha256((STATIC_FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
