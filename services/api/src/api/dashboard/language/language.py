"""A language: its phrases, and how it writes numbers, days and ages (CLDR, by Babel)."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup, escape

from api.dashboard.language.catalogue import Catalogue, catalogue_of

_UNKNOWN = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_UNITS_OF_AGE = (86_400, 3_600, 60)  # seconds of a day, an hour, a minute
_ROUNDING = 1e-9  # 0.997 * 1000 is a little less than 997
#: From here on hundredths say nothing.
_SHORT_SECONDS = 60
_TOMORROW = timedelta(days=1)


@dataclass(frozen=True)
class Language:
    """A language the pages are written in.

    Attributes
    ----------
    code : str
        Of the language alone (BCP 47), and the name of its catalogue.
    region : str
        Whose way of writing days and numbers is followed.
    """

    code: str
    region: str

    @cached_property
    def locale(self) -> Locale:
        """What Babel knows of it."""
        return Locale.parse(f"{self.code}_{self.region}")

    @property
    def name(self) -> str:
        """What it calls itself."""
        return (Locale.parse(self.code).display_name or self.code).capitalize()

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction

    @property
    def phrases(self) -> Catalogue:
        """All that is said in it."""
        return catalogue_of(self.code)

    def say(self, phrase: str, *, n: int = 0, **values: object) -> str:
        """Return a phrase with its blanks filled in; numbers as this language writes them.

        Of a phrase with plural forms, `n` chooses one. Markup among the values makes it markup,
        and everything else in it is escaped.
        """
        found = self.phrases[phrase]
        if not isinstance(found, str):
            found = found.get(self.locale.plural_form(n), found["other"])
        filled = {
            name: self.grouped(value) if isinstance(value, int) else value
            for name, value in {**values, "n": n}.items()
        }
        if any(isinstance(value, Markup) for value in filled.values()):
            return Markup(escape(found)).format(**filled)  # noqa: S704 - every part is escaped
        return found.format(**filled)

    # ── numbers ─────────────────────────────────────────────────────────────────────────────────

    def grouped(self, number: int) -> str:
        """Return a count."""
        return _with_minus(format_decimal(number, locale=self.locale))

    def whole(self, value: float | None) -> str:
        """Return a value without decimals."""
        # Rounded first: -0.4 is 0, not minus nought.
        return _UNKNOWN if value is None else self.grouped(round(value))

    def decimal(self, value: float | None, places: int = 1) -> str:
        """Return a value with so many decimals."""
        if value is None:
            return _UNKNOWN
        rounded = round(value, places) + 0.0  # and never minus nought
        pattern = f"#,##0.{'0' * places}"
        return _with_minus(format_decimal(rounded, format=pattern, locale=self.locale))

    def percent(self, share: float | None) -> str:
        """Return a share as whole per cent."""
        if share is None:
            return _UNKNOWN
        return _with_minus(format_percent(round(share, 2) + 0.0, locale=self.locale))

    def whole_percent(self, share: float) -> str:
        """Return a share in per cent to a tenth; only what is whole is 100 %."""
        floored = math.floor(share * 1000 + _ROUNDING) / 1000
        return format_percent(floored, format=self._percent_pattern, locale=self.locale)

    @property
    def _percent_pattern(self) -> str:
        return str(self.locale.percent_formats[None].pattern).replace("#,##0", "#,##0.#")

    # ── days and ages ───────────────────────────────────────────────────────────────────────────

    def short_day(self, day: date) -> str:
        """Return a day without its year: `24 Nov`."""
        return format_skeleton("MMMd", day, locale=self.locale)

    def day_and_year(self, day: date) -> str:
        """Return a day: `24 Nov 2026`."""
        return format_skeleton("yMMMd", day, locale=self.locale)

    def long_day(self, day: date) -> str:
        """Return a day in full, with its weekday."""
        return format_date(day, format="full", locale=self.locale)

    def weekday(self, day: date) -> str:
        """Return the name of a day of the week."""
        return _capitalised(format_date(day, "EEEE", locale=self.locale))

    def month_and_year(self, month: str) -> str:
        """Return a month (`2026-11`) in words."""
        return format_skeleton("yMMMM", date.fromisoformat(f"{month}-01"), locale=self.locale)

    def short_month(self, number: int) -> str:
        """Return the short name of a month."""
        return str(self.locale.months["stand-alone"]["abbreviated"][number])

    def day_name(self, day: date, *, today: date) -> str:
        """Return what a person calls a day: today, tomorrow, a weekday."""
        if day == today:
            return self.say("word.today")
        if day == today + _TOMORROW:
            return self.say("word.tomorrow")
        return self.weekday(day)

    def minute(self, moment: datetime) -> str:
        """Return a moment to the minute, by UTC."""
        return f"{self.day_and_year(moment.date())}, {moment:%H:%M} UTC"

    def ago(self, then: datetime, *, now: datetime) -> str:
        """Return how long ago something was: `3 hours ago`."""
        passed = _whole_units(now - then)
        if not passed:
            return self.say("word.just_now")
        return format_timedelta(-passed, add_direction=True, threshold=1, locale=self.locale)

    def until(self, then: datetime, *, now: datetime) -> str:
        """Return how long it is until something: `in 3 hours`, or `now` if it is due."""
        left = _whole_units(then - now)
        if not left:
            return self.say("word.in_a_moment" if then > now else "word.now")
        return format_timedelta(left, add_direction=True, threshold=1, locale=self.locale)

    def duration(self, length: timedelta) -> str:
        """Return how long something takes: `3 hours`."""
        return format_timedelta(length, threshold=1, locale=self.locale)

    def short(self, seconds: float) -> str:
        """Return a length that may be below a second: `0.14 s`, `2 hours`."""
        if seconds < _SHORT_SECONDS:
            return format_unit(round(seconds, 2), "second", "short", locale=self.locale)
        return self.duration(timedelta(seconds=seconds))


def _whole_units(length: timedelta) -> timedelta:
    """Return a length cut to its largest whole unit; nothing if it is less than a minute."""
    seconds = length.total_seconds()
    unit = next((unit for unit in _UNITS_OF_AGE if seconds >= unit), None)
    return timedelta() if unit is None else timedelta(seconds=seconds // unit * unit)


def _with_minus(number: str) -> str:
    return number.replace("-", _MINUS)


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]
