"""From a page to HTML: the templates, and the filters they may use."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from api.dashboard.words import (
    MONTHS,
    VARIABLE_NAMES,
    ago,
    count,
    long_day,
    short_day,
    until,
    whole_percent,
)
from shared.forecasting.variables import Variable

_UNKNOWN = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"

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
    environment.filters |= {
        "whole": _whole,
        "one_decimal": _one_decimal,
        "percent": _percent,
        "whole_percent": whole_percent,
        "grouped": lambda number: f"{number:,}",
        "short_day": short_day,
        "long_day": long_day,
        "minute": _minute,
        "variable_name": lambda name: VARIABLE_NAMES[Variable(name)],
        "static": _static_url,
        "code": _code,
    }
    environment.globals |= {"ago": ago, "until": until, "count": count, "months": MONTHS}
    return environment


def render(template: str, values: Mapping[str, object]) -> str:
    """Return a template filled in."""
    return _environment().get_template(template).render(**values)


def _whole(value: float | None) -> str:
    # Rounded first: -0.4 is 0, not minus nought.
    return _UNKNOWN if value is None else str(round(value)).replace("-", _MINUS)


def _one_decimal(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.1f}".replace("-", _MINUS)


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{round(share * 100)} %".replace("-", _MINUS)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


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
