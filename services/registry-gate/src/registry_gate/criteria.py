"""The quality gates: pure functions from evidence to findings, in one readable table.

Every criterion that applies leaves a finding with observed value, threshold, verdict and a
sentence, whether it passes or not. The outcome follows from the findings alone.
"""

from collections.abc import Callable, Sequence

from registry_gate.terms import (
    Evidence,
    Finding,
    Judgement,
    Outcome,
    Thresholds,
    Verdict,
)
from shared.forecasting.variables import TEMPERATURES

Criterion = Callable[[Evidence, Thresholds], Finding | None]


def explains_variance(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Ask for R2 of the full value; a seasonal curve can reach it, so it never decides alone."""
    if evidence.variable not in TEMPERATURES:
        return None
    return _at_least(
        "r2", evidence.r2, limits.min_r2, "explains {observed:.0%} of the variance ({limit:.0%})"
    )


def beats_climatology(evidence: Evidence, _limits: Thresholds) -> Finding | None:
    """Ask for skill against the smooth seasonal course of the training data."""
    return _beats("climatology", evidence)


def beats_persistence(evidence: Evidence, _limits: Thresholds) -> Finding | None:
    """Ask for skill against 'tomorrow as today'."""
    return _beats("persistence", evidence)


def has_enough_cases(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Ask for enough test cases: few prove nothing."""
    return _at_least(
        "test_cases",
        evidence.test_cases,
        limits.min_test_cases,
        "was tested from {observed:.0f} days (at least {limit:.0f})",
    )


def has_complete_input(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Ask for observed input: scores on bridged input say little about what will be served."""
    return _at_least(
        "completeness",
        evidence.completeness,
        limits.min_completeness,
        "had {observed:.0%} of its input observed (at least {limit:.0%})",
    )


def covers_as_promised(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Ask that 80 % intervals hold about 80 % of what came."""
    if evidence.coverage_80 is None:
        return None
    within = limits.coverage_80_low <= evidence.coverage_80 <= limits.coverage_80_high
    return Finding(
        "coverage_80",
        evidence.coverage_80,
        limits.coverage_80_low,
        Verdict.PASS if within else Verdict.FAIL,
        f"its 80 % intervals held {evidence.coverage_80:.0%} of the observations "
        f"({limits.coverage_80_low:.0%} to {limits.coverage_80_high:.0%})",
    )


def is_sound(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Ask that the artifact loads, and answers quickly and with possible weather."""
    soundness = evidence.soundness
    fast = soundness.answer_ms <= limits.max_answer_ms
    reason = soundness.fault or (
        f"its artifact answers in {soundness.answer_ms:.1f} ms (at most {limits.max_answer_ms:.0f})"
    )
    passes = fast and soundness.fault is None
    verdict = Verdict.PASS if passes else Verdict.FAIL
    return Finding("sound", soundness.answer_ms, limits.max_answer_ms, verdict, reason)


#: Every one of these must pass, with or without a champion.
ABSOLUTE: tuple[Criterion, ...] = (
    explains_variance,
    beats_climatology,
    beats_persistence,
    has_enough_cases,
    has_complete_input,
    covers_as_promised,
    is_sound,
)


def improves_on_champion(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Ask for a gain by a margin, and by more than luck, on enough paired days."""
    comparison = evidence.comparison
    if comparison is None:
        return None
    if comparison.paired_days == 0:
        nothing = "the champion's recipe has no backtest on the same cases to compare with"
        verdict = Verdict.INCONCLUSIVE
        return Finding("improvement", None, limits.min_improvement, verdict, nothing)
    gain, p_value = comparison.improvement, comparison.p_value
    numbers = (
        f"RMSE {comparison.challenger_rmse:.3f} against the champion's "
        f"{comparison.champion_rmse:.3f} ({_difference(gain)}, p = {p_value:.2f}, "
        f"{comparison.paired_days} paired days)"
    )
    if gain <= 0.0:
        verdict = Verdict.FAIL
    elif (
        gain >= limits.min_improvement
        and p_value < limits.max_p_value
        and comparison.paired_days >= limits.min_paired_days
    ):
        verdict = Verdict.PASS
    else:
        verdict = Verdict.INCONCLUSIVE
    return Finding("improvement", gain, limits.min_improvement, verdict, numbers)


def refreshes_champion(evidence: Evidence, limits: Thresholds) -> Finding | None:
    """Let an aged champion give way to a newer fit that is not worse."""
    comparison, age = evidence.comparison, evidence.champion_age_days
    if comparison is None or age is None or age <= limits.max_champion_age_days:
        return None
    if comparison.paired_days == 0:  # `improves_on_champion` has said so
        return None
    enough = comparison.paired_days >= limits.min_paired_days
    passes = enough and comparison.improvement >= -limits.freshness_margin
    return Finding(
        "freshness",
        comparison.improvement,
        -limits.freshness_margin,
        Verdict.PASS if passes else Verdict.FAIL,
        f"the champion's data end {age} days before the candidate's (refreshed after "
        f"{limits.max_champion_age_days}) and the newer fit is "
        f"{_difference(comparison.improvement)} on {comparison.paired_days} paired days",
    )


#: Against a champion one of these must pass.
RELATIVE: tuple[Criterion, ...] = (improves_on_champion, refreshes_champion)


def judge(evidence: Evidence, limits: Thresholds) -> Judgement:
    """Apply every criterion that applies and return the outcome that follows."""
    absolute = _findings(ABSOLUTE, evidence, limits)
    relative = _findings(RELATIVE, evidence, limits)
    findings = (*absolute, *relative)
    failed = [finding for finding in absolute if finding.verdict is Verdict.FAIL]
    if failed:
        reason = "Rejected: " + "; ".join(finding.reason for finding in failed) + "."
        return Judgement(Outcome.REJECT, reason, findings)
    if not relative:
        skill = " and ".join(f"{s:+.2f} against {name}" for name, s in evidence.skill.items())
        reason = f"Promoted: the first candidate to pass every gate, with a skill of {skill}."
        return Judgement(Outcome.PROMOTE, reason, findings)
    passed = [finding for finding in relative if finding.verdict is Verdict.PASS]
    if passed:
        return Judgement(Outcome.PROMOTE, f"Promoted: {passed[0].reason}.", findings)
    return _not_better(relative[0], findings)


def _not_better(improvement: Finding, findings: tuple[Finding, ...]) -> Judgement:
    if improvement.verdict is Verdict.INCONCLUSIVE:
        reason = f"The champion stays, the gain is not proven: {improvement.reason}."
        return Judgement(Outcome.INCONCLUSIVE, reason, findings)
    reason = f"Rejected, the champion is no worse: {improvement.reason}."
    return Judgement(Outcome.REJECT, reason, findings)


def _findings(
    criteria: Sequence[Criterion], evidence: Evidence, limits: Thresholds
) -> tuple[Finding, ...]:
    found = (criterion(evidence, limits) for criterion in criteria)
    return tuple(finding for finding in found if finding is not None)


def _difference(gain: float) -> str:
    return f"{abs(gain):.1%} {'better' if gain > 0.0 else 'worse'}"


def _beats(reference: str, evidence: Evidence) -> Finding:
    skill = evidence.skill[reference]
    return Finding(
        f"skill_vs_{reference}",
        skill,
        0.0,
        Verdict.PASS if skill > 0.0 else Verdict.FAIL,
        f"its skill against {reference} is {skill:+.2f} (above 0)",
    )


def _at_least(name: str, observed: float, limit: float, sentence: str) -> Finding:
    # Written so that NaN fails.
    verdict = Verdict.PASS if observed >= limit else Verdict.FAIL
    return Finding(name, observed, limit, verdict, sentence.format(observed=observed, limit=limit))
