"""The policies that are compared: the gate, and the rules that people use without one."""

from dataclasses import replace
from enum import StrEnum

from registry_gate.decide import Judge
from registry_gate.judging import judge
from registry_gate.terms import Evidence, Judgement, Outcome, Thresholds

#: What an answer is taken to need: measured, it would differ from run to run.
NOMINAL_ANSWER_MS = 1.0


class Policy(StrEnum):
    """Who becomes champion."""

    GATE = "gate"
    ALWAYS = "always"
    NEVER = "never"
    LOWER_RMSE = "lower-rmse"

    @property
    def is_reviewed(self) -> bool:
        """Whether champions are reviewed: the rules without a gate have no review either."""
        return self is Policy.GATE


def judge_by(policy: Policy) -> Judge:
    """Return how a policy judges evidence."""
    rules: dict[Policy, Judge] = {
        Policy.GATE: judge,
        Policy.ALWAYS: _always,
        Policy.NEVER: _never,
        Policy.LOWER_RMSE: _lower_rmse,
    }
    rule = rules[policy]

    def judged(evidence: Evidence, limits: Thresholds) -> Judgement:
        tried = replace(evidence.soundness, answer_ms=NOMINAL_ANSWER_MS)
        if tried.fault is not None and policy is not Policy.GATE:
            return _judgement(Outcome.REJECT, f"Rejected: {tried.fault}")
        return rule(replace(evidence, soundness=tried), limits)

    return judged


def _always(_evidence: Evidence, _limits: Thresholds) -> Judgement:
    return _judgement(Outcome.PROMOTE, "Promoted: this policy promotes every candidate.")


def _never(evidence: Evidence, _limits: Thresholds) -> Judgement:
    if evidence.comparison is None:
        return _judgement(Outcome.PROMOTE, "Promoted: the first candidate.")
    return _judgement(Outcome.INCONCLUSIVE, "The champion stays: this policy never replaces it.")


def _lower_rmse(evidence: Evidence, _limits: Thresholds) -> Judgement:
    if evidence.comparison is None:
        return _judgement(Outcome.PROMOTE, "Promoted: the first candidate.")
    if evidence.comparison.improvement > 0.0:
        return _judgement(Outcome.PROMOTE, "Promoted: its error is lower than the champion's.")
    return _judgement(Outcome.REJECT, "Rejected: its error is not lower than the champion's.")


def _judgement(outcome: Outcome, reason: str) -> Judgement:
    return Judgement(outcome, reason, ())
