"""What follows from a day's evidence: nothing, a training, or the champion before this one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from registry_gate.review.comparing import Standing
from registry_gate.review.shift import Shift

PREVIOUS = "previous"


class ReviewOutcome(StrEnum):
    """What is done about a champion."""

    FINE = "fine"
    RETRAIN = "retrain"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True)
class Evidence:
    """What a review knows of a champion.

    Attributes
    ----------
    standings : mapping of str to Standing
        Against each rival by name: `previous`, `challenger <id>`, and each reference.
    shifts : mapping of str to Shift
        Of `observations` and `errors`, as far as they have drifted.
    is_silent : bool
        The champion makes no forecasts where the one before it does.
    may_roll_back : bool
        There is a previous champion that was never rolled back itself, and the last roll-back is
        long enough ago.
    retraining_asked_on : date or None
        If it was so lately that asking again would change nothing.
    """

    standings: Mapping[str, Standing] = field(default_factory=dict)
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    is_silent: bool = False
    may_roll_back: bool = False
    retraining_asked_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what a review keeps of it."""
        return {
            "standings": {name: one.as_json() for name, one in self.standings.items()},
            "drift": {
                name: {"effect_size": round(one.effect_size, 3), "change": round(one.change, 3)}
                for name, one in self.shifts.items()
            },
            "is_silent": self.is_silent,
            "may_roll_back": self.may_roll_back,
        }


@dataclass(frozen=True)
class Verdict:
    """The outcome of a review, in a word and a sentence."""

    outcome: ReviewOutcome
    reason: str


def judge(evidence: Evidence) -> Verdict:
    """Return what follows from the evidence.

    A champion that is beaten by the one before it is taken back; where that may not be, and
    wherever else something is wrong, the site is trained again.
    """
    beaten_by = [name for name, one in evidence.standings.items() if one.is_beaten]
    if PREVIOUS in beaten_by or evidence.is_silent:
        said = _beaten(PREVIOUS, evidence)
        if evidence.may_roll_back:
            return Verdict(ReviewOutcome.ROLL_BACK, said)
        return _retrain(f"{said} It may not be rolled back now.", evidence)
    if beaten_by:
        return _retrain(_beaten(beaten_by[0], evidence), evidence)
    if evidence.shifts:
        return _retrain(_drifted(evidence.shifts), evidence)
    return Verdict(ReviewOutcome.FINE, _fine(evidence))


def _retrain(reason: str, evidence: Evidence) -> Verdict:
    if evidence.retraining_asked_on is not None:
        asked = f"{reason} A training was asked for on {evidence.retraining_asked_on}."
        return Verdict(ReviewOutcome.FINE, asked)
    return Verdict(ReviewOutcome.RETRAIN, reason)


def _beaten(name: str, evidence: Evidence) -> str:
    if evidence.is_silent:
        return "The champion makes no forecasts where the one before it does."
    standing = evidence.standings[name]
    return (
        f"Over {standing.days} days the champion's loss exceeds that of {name} by "
        f"{standing.excess:.2f} of the usual one; chance explains {standing.allowed_excess:.2f}."
    )


def _drifted(shifts: Mapping[str, Shift]) -> str:
    name, shift = next(iter(shifts.items()))
    return shift.sentence(name)


def _fine(evidence: Evidence) -> str:
    days = max((one.days for one in evidence.standings.values()), default=0)
    if not days:
        return "None of the champion's forecasts has been verified yet."
    return f"Beaten by nobody over the last {days} verified days; no drift."
