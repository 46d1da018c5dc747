"""From findings to an outcome: promote, reject, or inconclusive (the champion stays)."""

from collections.abc import Sequence

from registry_gate.criteria import CRITERIA, Criterion, Ground
from registry_gate.terms import Evidence, Finding, Judgement, Outcome, Thresholds, Verdict


def judge(
    evidence: Evidence, limits: Thresholds, criteria: Sequence[Criterion] = CRITERIA
) -> Judgement:
    """Apply every criterion that applies and return the outcome that follows.

    A candidate that fails what all must pass is rejected. Without a champion any other is
    promoted; beside one it needs a ground, and if it has none the champion stays.
    """
    found = {row: finding for row in criteria if (finding := row.find(evidence, limits))}
    findings = tuple(found.values())
    failed = _with(Verdict.FAIL, [found[row] for row in found if not row.grounds])
    if failed:
        return Judgement(Outcome.REJECT, f"Rejected: {_sentences(failed)}.", findings)
    if evidence.comparison is None:
        skill = " and ".join(f"{s:+.2f} against {name}" for name, s in evidence.skill.items())
        reason = f"Promoted: the first candidate to pass every gate, with a skill of {skill}."
        return Judgement(Outcome.PROMOTE, reason, findings)
    for ground in Ground:
        part = [found[row] for row in found if ground in row.grounds]
        whole = [row for row in criteria if ground in row.grounds]
        if part and len(part) == len(whole) and not _without(Verdict.PASS, part):
            reason = f"Promoted for its {ground}: {_sentences(part)}."
            return Judgement(Outcome.PROMOTE, reason, findings)
    return _keep_champion([found[row] for row in found if row.grounds], findings)


def _keep_champion(grounds: Sequence[Finding], findings: tuple[Finding, ...]) -> Judgement:
    """Return the outcome for a candidate that no ground holds for."""
    missed = _without(Verdict.PASS, grounds)
    if _with(Verdict.FAIL, [finding for finding in missed if finding.criterion == "improvement"]):
        reason = f"Rejected, the champion is no worse: {_sentences(missed)}."
        return Judgement(Outcome.REJECT, reason, findings)
    reason = f"The champion stays, the gain is not proven: {_sentences(missed)}."
    return Judgement(Outcome.INCONCLUSIVE, reason, findings)


def _with(verdict: Verdict, findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.verdict is verdict]


def _without(verdict: Verdict, findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.verdict is not verdict]


def _sentences(findings: Sequence[Finding]) -> str:
    return "; ".join(finding.reason for finding in findings)
