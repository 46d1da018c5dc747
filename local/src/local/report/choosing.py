"""Chooses the weeks a report shows as they were forecast: the first, worst, best and last."""

from datetime import timedelta

from local.report.record import Fan, Record
from shared.forecasting.variables import LEAD_DAYS


def chosen_weeks(record: Record) -> list[tuple[str, Fan]]:
    """Return the first, worst, best and last week that were forecast and then observed."""
    errors = _errors_of_fans(record)
    if not errors:
        return []
    fans = [fan for fan, _ in errors]
    worst = max(errors, key=lambda pair: pair[1])[0]
    best = min(errors, key=lambda pair: pair[1])[0]
    named = (
        ("First week", fans[0]),
        ("Worst week", worst),
        ("Best week", best),
        ("Last week", fans[-1]),
    )
    return list({id(fan): (words, fan) for words, fan in reversed(named)}.values())[::-1]


def _errors_of_fans(record: Record) -> list[tuple[Fan, float]]:
    """Return the fans of which all seven days were observed, with their mean absolute errors."""
    verified = record.verified[record.headline]
    observed = dict(
        zip(verified.dates.astype(object).tolist(), verified.observed.tolist(), strict=True)
    )
    found = []
    for fan in record.fans:
        days = [fan.reference_date + timedelta(days=lead) for lead in LEAD_DAYS]
        if all(one in observed for one in days):
            pairs = zip(fan.value, days, strict=True)
            found.append((fan, sum(abs(value - observed[one]) for value, one in pairs) / len(days)))
    return found
