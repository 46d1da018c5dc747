"""How a report calls things, and how it writes numbers and days."""

import math
from datetime import date

from local.narration.sentences import WORDS
from shared.contracts.issuers import Issuer
from shared.forecasting.families import Family

VARIABLE_WORDS = WORDS
REFERENCE_WORDS = {
    Issuer.CLIMATOLOGY: "climatology",
    Issuer.PERSISTENCE: "persistence",
    Issuer.DAMPED_PERSISTENCE: "damped persistence",
}
SEASON_WORDS = {
    "DJF": "Dec to Feb",
    "MAM": "Mar to May",
    "JJA": "Jun to Aug",
    "SON": "Sep to Nov",
}
FAMILY_WORDS = {family: family.replace("-", " ") for family in Family}
#: What a policy does, for those who have not read how it is called.
POLICIES = {
    "gate": "the gate",
    "always": "always promoting",
    "never": "never retraining",
    "lower-rmse": "lower RMSE wins",
}
_SAME = 0.0005  # less than that is nought when written with one decimal
_MINUS = "\N{MINUS SIGN}"


def number(value: float, digits: int = 1) -> str:
    """Write a number, a dash where there is none.

    Examples
    --------
    >>> number(21.25, 2), number(-0.01)
    ('21.25', '0.0')
    """
    if math.isnan(value):
        return "\N{EN DASH}"
    rounded = round(value, digits) + 0.0  # which makes a negative zero a plain one
    return f"{rounded:.{digits}f}".replace("-", _MINUS)


def percent(share: float, digits: int = 0) -> str:
    """Write a share.

    Examples
    --------
    >>> percent(0.8).split()
    ['80', '%']
    """
    return (
        number(share) if math.isnan(share) else f"{number(100 * share, digits)}\N{NO-BREAK SPACE}%"
    )


def change(share: float) -> str:
    """Write by which share something is larger or smaller.

    Examples
    --------
    >>> change(-0.02).split()
    ['2.0', '%', 'smaller']
    >>> change(0.0001)
    'the same'
    """
    if math.isnan(share):
        return "not comparable"
    if abs(share) < _SAME:
        return "the same"
    return f"{percent(abs(share), 1)} {'larger' if share >= 0 else 'smaller'}"


def day(when: date) -> str:
    """Write a day.

    Examples
    --------
    >>> day(date(2022, 7, 3))
    '3 July 2022'
    """
    return f"{when.day} {when:%B %Y}"


def count(n: int, one: str, several: str | None = None) -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> count(1, "promotion"), count(208, "week"), count(0, "rollback")
    ('1 promotion', '208 weeks', 'no rollback')
    """
    if n == 0:
        return f"no {one}"
    words = one if n == 1 else (several or f"{one}s")
    return f"{n:,} {words}".replace(",", "\N{NARROW NO-BREAK SPACE}")
