"""The sentences of a report; every number in them comes from the record."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from local.report.measures import (
    REFERENCES,
    costs,
    coverage_over_time,
    mean_cost,
    mean_error,
    skill,
)
from local.report.record import Concern, Decision, Record
from local.report.words import (
    POLICIES,
    REFERENCE_WORDS,
    VARIABLE_WORDS,
    change,
    count,
    day,
    number,
    percent,
)
from shared.contracts.issuers import Issuer
from shared.forecasting.variables import LEAD_DAYS, VARIABLES, Variable

_OUTCOMES = {
    "promote": "{}: a new champion",
    "roll_back": "{}: the champion was taken back",
    "propose": "{}: a candidate waited for a person",
}
_CONCERNS = {
    "retrain": "{}: a review asked for training",
    "roll_back": "{}: a review wanted the champion back that was before",
}
_BY_ITSELF = {"registry-gate", "review"}


@dataclass(frozen=True)
class Milestone:
    """Something worth telling in the order of days: its kind, for whom, and why."""

    when: date
    kind: str
    title: str
    reason: str


@dataclass(frozen=True)
class PolicyLine:
    """A policy in the table of policies."""

    name: str
    promotions: int
    rollbacks: int
    errors: tuple[str, ...]
    beside: str


def summary(record: Record) -> str:
    """Return the sentence that sums a record up."""
    verified = record.verified[record.headline]
    name, unit = VARIABLE_WORDS[record.headline], VARIABLES[record.headline].unit
    days = (record.last_date - record.first_date).days + 1
    saved = skill(verified, Issuer.DAMPED_PERSISTENCE)
    return (
        f"On {count(days, 'day')}, from {day(record.first_date)} to {day(record.last_date)}, it "
        f"trained {count(record.trainings, 'time')}, promoted {count(record.promotions, 'model')}, "
        f"took {record.rollbacks or 'none'} back, and was off by "
        f"{number(mean_error(verified, 1))} {unit} for the next day's {name}"
        f"{_a_week_ahead(mean_error(verified, 7), unit)}, on average: "
        f"{_saved(saved)} damped persistence, the best simple forecast."
    )


def verdict(records: Sequence[Record]) -> str:
    """Return the sentence that compares the policies; empty where there is only one."""
    found = costs(records, records[0])
    if len(records) == 1:
        return ""
    promotions = ", ".join(f"{_policy(record)} {record.promotions}" for record in records)
    errors = ", ".join(
        f"{_policy(record)} {change(mean_cost(found[record.policy]))}" for record in records[1:]
    )
    return (
        f"Promotions: {promotions}. Errors beside those of {_policy(records[0])}, averaged over "
        f"the variables: {errors}."
    )


def policy_lines(records: Sequence[Record]) -> list[PolicyLine]:
    """Return the columns of the table of policies: RMSE by variable, as far as there is any."""
    found = costs(records, records[0])
    return [
        PolicyLine(
            name=_policy(record),
            promotions=record.promotions,
            rollbacks=record.rollbacks,
            errors=tuple(
                number(found[record.policy][name].error, 2 if not _is_rain(name) else 3)
                if name in found[record.policy]
                else number(math.nan)
                for name in records[0].verified
            ),
            beside="" if record is records[0] else change(mean_cost(found[record.policy])),
        )
        for record in records
    ]


def skill_rows(record: Record) -> list[tuple[str, list[str]]]:
    """Return each variable's skill against damped persistence: at each lead, then of all."""
    damped = Issuer.DAMPED_PERSISTENCE
    return [
        (
            VARIABLE_WORDS[name],
            [percent(skill(verified, damped, lead)) for lead in (*LEAD_DAYS, None)],
        )
        for name, verified in record.verified.items()
    ]


def milestones(record: Record) -> list[Milestone]:
    """Return what changed and what gave cause for concern, in its order."""
    changes = [
        Milestone(one.decided_at.date(), one.outcome, _title(one), one.reason)
        for one in record.decisions
        if one.outcome in {"promote", "roll_back", "propose"}
    ]
    worries = [
        Milestone(
            one.review_date, "attention", _CONCERNS[one.outcome].format(_name(one)), one.reason
        )
        for one in record.concerns
    ]
    return sorted([*changes, *worries], key=lambda one: one.when)


def skill_alt(record: Record) -> str:
    """Return what the figure of skill over time shows, in words."""
    verified = record.verified[record.headline]
    pooled = ", ".join(
        f"{percent(skill(verified, reference))} against {REFERENCE_WORDS[reference]}"
        for reference in REFERENCES
    )
    return f"Skill over time, {VARIABLE_WORDS[record.headline]}; over all days {pooled}."


def timeline_alt(record: Record) -> str:
    """Return what the timeline shows, in words."""
    return (
        f"Champions over time: {count(record.promotions, 'promotion')}, "
        f"{count(record.rollbacks, 'rollback')}; all of them are listed below."
    )


def coverage_alt(record: Record) -> str:
    """Return what the figure of coverage shows, in words."""
    curve = coverage_over_time(record.verified[record.headline])
    lowest, highest = float(np.nanmin(curve.values)), float(np.nanmax(curve.values))
    return (
        f"Over any {curve.window_days} days between {percent(lowest)} and {percent(highest)} "
        f"of the days were inside their 80 % interval."
    )


def _policy(record: Record) -> str:
    return POLICIES.get(record.policy, record.policy)


def _title(decision: Decision) -> str:
    who = "" if decision.asked_by in _BY_ITSELF else f", asked by {decision.asked_by}"
    return _OUTCOMES[decision.outcome].format(_name(decision)) + who


def _name(about: Decision | Concern) -> str:
    return VARIABLE_WORDS[about.variable].capitalize()


def _a_week_ahead(error: float, unit: str) -> str:
    """Return what is said of the last lead, once it has been verified."""
    return "" if math.isnan(error) else f" and {number(error)} {unit} a week ahead"


def _saved(share: float) -> str:
    if math.isnan(share):
        return "not comparable with"
    return f"{percent(abs(share))} {'less' if share >= 0 else 'more'} squared error than"


def _is_rain(variable: Variable) -> bool:
    return variable is Variable.PRECIPITATION
