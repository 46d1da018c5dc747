"""The quality gates: pure functions from evidence to findings, in one readable table.

Every criterion that applies leaves a finding with observed value, threshold, verdict and a
sentence, whether it passes or not; `judging` draws the outcome from the findings alone. Each
comparison is written so that NaN fails. What each is there to catch: `docs/gates.md`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry_gate.comparison import Comparison
from registry_gate.terms import Evidence, Finding, Thresholds, Verdict
from shared.forecasting.variables import TEMPERATURES, Variable

#: What a criterion says of evidence it applies to: observed, threshold, verdict, sentence.
Said = tuple[float | None, float | None, Verdict, str]


class Applies(StrEnum):
    """To which candidates a criterion applies, in the words of its table."""

    ALWAYS = "always"
    TEMPERATURES = "temperatures"
    NOT_RAIN = "all but rain"
    USABLE = "where the artifact loads"
    BESIDE_CHAMPION = "beside a champion"
    PAIRED = "beside a champion, on paired days"
    UNPAIRED = "beside a champion, without paired days"

    def to(self, evidence: Evidence) -> bool:
        """Say whether it applies to the candidate this evidence is of."""
        return _APPLIES[self](evidence)


_APPLIES: dict[Applies, Callable[[Evidence], bool]] = {
    Applies.ALWAYS: lambda _: True,
    Applies.TEMPERATURES: lambda evidence: evidence.variable in TEMPERATURES,
    # Most of rain's distribution lies at zero: no interval can hold just 80 % of it.
    Applies.NOT_RAIN: lambda evidence: evidence.variable is not Variable.PRECIPITATION,
    Applies.USABLE: lambda evidence: evidence.soundness.fault is None,
    Applies.BESIDE_CHAMPION: lambda evidence: evidence.comparison is not None,
    Applies.PAIRED: lambda evidence: _comparison(evidence).paired_days > 0,
    Applies.UNPAIRED: lambda evidence: (
        evidence.comparison is not None and evidence.comparison.paired_days == 0
    ),
}


class Ground(StrEnum):
    """Why a candidate may replace a champion: every criterion of one of these must pass."""

    IMPROVEMENT = "improvement"
    FRESHNESS = "freshness"
    SUCCESSION = "succession"


@dataclass(frozen=True)
class Criterion:
    """A row of the table.

    Attributes
    ----------
    grounds : tuple of Ground
        Those it is part of; a criterion of none must pass whatever the ground.
    """

    name: str
    applies: Applies
    says: Callable[[Evidence, Thresholds], Said]
    grounds: tuple[Ground, ...] = ()

    def find(self, evidence: Evidence, limits: Thresholds) -> Finding | None:
        """Return what it finds; None if it does not apply."""
        if not self.applies.to(evidence):
            return None
        return Finding(self.name, *self.says(evidence, limits))


def explains_variance(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for R2 of the full value; a seasonal curve can reach it, so it never decides alone."""
    sentence = f"explains {evidence.r2:.1%} of the variance (at least {limits.min_r2:.0%})"
    return _at_least(evidence.r2, limits.min_r2, sentence)


def beats_climatology(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask for skill against the smooth seasonal course of the training data."""
    return _beats("climatology", evidence)


def beats_persistence(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask for skill against 'tomorrow as today'."""
    return _beats("persistence", evidence)


def has_enough_cases(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for enough test cases: few prove nothing."""
    sentence = f"was tested from {evidence.test_cases} days (at least {limits.min_test_cases})"
    return _at_least(evidence.test_cases, limits.min_test_cases, sentence)


def has_complete_input(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for observed input: scores on bridged input say little about what will be served."""
    sentence = (
        f"had {evidence.completeness:.0%} of its input observed "
        f"(at least {limits.min_completeness:.0%})"
    )
    return _at_least(evidence.completeness, limits.min_completeness, sentence)


def covers_as_promised(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask that 80 % intervals hold about 80 % of what came."""
    low, high = limits.coverage_80_low, limits.coverage_80_high
    held = evidence.coverage_80
    sentence = f"its 80 % intervals held {held:.0%} of the observations ({low:.0%} to {high:.0%})"
    return held, low, _passes(low <= held <= high), sentence


def is_up_to_date(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for training data that reach to about the newest observed day."""
    sentence = (
        f"its training data end {evidence.age_days} days before the newest observation "
        f"(at most {limits.max_candidate_age_days})"
    )
    return _at_most(evidence.age_days, limits.max_candidate_age_days, sentence)


def can_be_used(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask that the artifact is the recorded one, loads, passes its smoke test and forecasts."""
    fault = evidence.soundness.fault
    sentence = "its artifact loads and forecasts" if fault is None else fault.rstrip(".")
    return None, None, _passes(fault is None), sentence


def is_the_recorded_model(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask that the artifact is made for the features that were tested and recorded."""
    same = evidence.soundness.fingerprint == evidence.fingerprint
    which = "the features" if same else "other features than those"
    sentence = f"its artifact is made for {which} it was tested with"
    return None, None, _passes(same), sentence


def answers_finite(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask for a number at each lead."""
    return _at_no_lead(evidence.soundness.not_finite, "forecasts that are no number")


def answers_possible(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask for physically possible weather at each lead."""
    return _at_no_lead(evidence.soundness.impossible, "forecasts outside the physical bounds")


def answers_in_order(evidence: Evidence, _limits: Thresholds) -> Said:
    """Ask for intervals that hold the value, and each other, at each lead."""
    return _at_no_lead(evidence.soundness.disordered, "intervals that do not hold the value")


def answers_fast(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for an answer in the time a request may take."""
    taken, limit = evidence.soundness.answer_ms, limits.max_answer_ms
    return _at_most(taken, limit, f"its artifact answers in {taken:.1f} ms (at most {limit:g})")


def serves_as_tested(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask that the artifact, given what was known then, errs about as much as its backtest did.

    What was tested is another fit of the recipe, so the figures differ; but a backtest that had
    seen the answers, or an artifact in another unit, are several times apart.
    """
    soundness = evidence.soundness
    ratio = _ratio(soundness.rmse, evidence.claimed_rmse)
    sentence = (
        f"its artifact errs {ratio:.2f} times as much as its backtest claims, on "
        f"{len(soundness.dates)} days of it (at most {limits.max_error_ratio:g})"
    )
    return _at_most(ratio, limits.max_error_ratio, sentence)


def has_paired_days(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for enough days on which both were tested: 60 find a real gain no more than by half."""
    days, limit = _comparison(evidence).paired_days, limits.min_paired_days
    if days == 0:
        nothing = "the champion's recipe has no backtest on the same cases to compare with"
        return 0, limit, Verdict.INCONCLUSIVE, nothing
    verdict = Verdict.PASS if days >= limit else Verdict.INCONCLUSIVE
    return days, limit, verdict, f"{days} paired days (at least {limit})"


def improves(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for an RMSE lower than the champion's by a margin; below it two equals would swap."""
    comparison = _comparison(evidence)
    gain, limit = comparison.improvement, limits.min_improvement
    low, high = comparison.interval
    sentence = (
        f"RMSE {comparison.challenger_rmse:.3f} against the champion's "
        f"{comparison.champion_rmse:.3f}, {_difference(gain)} (80 % interval {low:+.1%} to "
        f"{high:+.1%}, at least {limit:+.0%})"
    )
    return gain, limit, _proves(gain >= limit, possible=gain > 0.0), sentence


def improves_by_more_than_luck(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask that such a gain would be rare between equals (Diebold-Mariano, one-sided)."""
    comparison = _comparison(evidence)
    p_value, limit = comparison.p_value, limits.max_p_value
    sentence = f"p = {p_value:.2f} that so much is luck (below {limit:g})"
    possible = comparison.improvement > 0.0
    return p_value, limit, _proves(p_value < limit, possible=possible), sentence


def outlasts_champion(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask that the champion has aged: never refreshing cost 16 to 25 % three days ahead."""
    age, limit = evidence.champion_age_days or 0, limits.max_champion_age_days
    sentence = f"the champion's data end {age} days before the candidate's (more than {limit})"
    return age, limit, Verdict.PASS if age > limit else Verdict.INCONCLUSIVE, sentence


def is_no_worse(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask that a fresher fit is not worse by more than a little."""
    gain, limit = _comparison(evidence).improvement, -limits.freshness_margin
    return _at_least(gain, limit, f"the newer fit is {_difference(gain)} (at least {limit:+.0%})")


def succeeds_champion(evidence: Evidence, limits: Thresholds) -> Said:
    """Let a champion that cannot be backtested any more give way once it is old.

    Its family may be gone, or its neighbours: without this it would stay for ever.
    """
    age, limit = evidence.champion_age_days or 0, limits.max_unrepeatable_age_days
    sentence = (
        f"the champion's recipe cannot be repeated, and its data end {age} days before the "
        f"candidate's (more than {limit})"
    )
    return age, limit, Verdict.PASS if age > limit else Verdict.INCONCLUSIVE, sentence


def holds_on_hot_days(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for hot days no worse than the champion's: they matter most and are few."""
    return _no_worse_slice(evidence, limits, "hot_days")


def holds_in_each_season(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for no season worse than the champion's: a mean over the year can hide one."""
    return _no_worse_slice(evidence, limits, "season_")


def holds_at_each_lead(evidence: Evidence, limits: Thresholds) -> Said:
    """Ask for no lead worse than the champion's: a mean over the week can hide tomorrow."""
    return _no_worse_slice(evidence, limits, "lead_")


_BOTH = (Ground.IMPROVEMENT, Ground.FRESHNESS)

CRITERIA = (
    # What every candidate must pass, with or without a champion.
    Criterion("r2", Applies.TEMPERATURES, explains_variance),
    Criterion("skill_vs_climatology", Applies.ALWAYS, beats_climatology),
    Criterion("skill_vs_persistence", Applies.ALWAYS, beats_persistence),
    Criterion("test_cases", Applies.ALWAYS, has_enough_cases),
    Criterion("completeness", Applies.ALWAYS, has_complete_input),
    Criterion("coverage_80", Applies.NOT_RAIN, covers_as_promised),
    Criterion("up_to_date", Applies.ALWAYS, is_up_to_date),
    Criterion("usable", Applies.ALWAYS, can_be_used),
    Criterion("recorded", Applies.USABLE, is_the_recorded_model),
    Criterion("finite", Applies.USABLE, answers_finite),
    Criterion("possible", Applies.USABLE, answers_possible),
    Criterion("intervals", Applies.USABLE, answers_in_order),
    Criterion("fast", Applies.USABLE, answers_fast),
    Criterion("as_tested", Applies.USABLE, serves_as_tested),
    # No part of the weather may get worse for the sake of the mean.
    Criterion("hot_days", Applies.PAIRED, holds_on_hot_days),
    Criterion("seasons", Applies.PAIRED, holds_in_each_season),
    Criterion("leads", Applies.PAIRED, holds_at_each_lead),
    # Why it may take the champion's place: one ground must hold whole.
    Criterion("paired_days", Applies.BESIDE_CHAMPION, has_paired_days, _BOTH),
    Criterion("improvement", Applies.PAIRED, improves, (Ground.IMPROVEMENT,)),
    Criterion("p_value", Applies.PAIRED, improves_by_more_than_luck, (Ground.IMPROVEMENT,)),
    Criterion("champion_age", Applies.PAIRED, outlasts_champion, (Ground.FRESHNESS,)),
    Criterion("freshness", Applies.PAIRED, is_no_worse, (Ground.FRESHNESS,)),
    Criterion("succession", Applies.UNPAIRED, succeeds_champion, (Ground.SUCCESSION,)),
)

#: What a candidate must pass whatever speaks for it.
REQUIRED = frozenset(row.name for row in CRITERIA if not row.grounds)


def _comparison(evidence: Evidence) -> Comparison:
    return evidence.comparison or Comparison.impossible()


def _passes(holds: bool) -> Verdict:  # noqa: FBT001 - the one thing it is told
    return Verdict.PASS if holds else Verdict.FAIL


def _proves(holds: bool, *, possible: bool) -> Verdict:  # noqa: FBT001 - as above
    if holds and possible:
        return Verdict.PASS
    return Verdict.INCONCLUSIVE if possible else Verdict.FAIL


def _at_least(observed: float, limit: float, sentence: str) -> Said:
    return observed, limit, _passes(observed >= limit), sentence


def _at_most(observed: float, limit: float, sentence: str) -> Said:
    return observed, limit, _passes(observed <= limit), sentence


def _beats(reference: str, evidence: Evidence) -> Said:
    skill = evidence.skill[reference]
    sentence = f"its skill against {reference} is {skill:+.2f} (above 0)"
    return skill, 0.0, _passes(skill > 0.0), sentence


def _at_no_lead(leads: tuple[int, ...], what: str) -> Said:
    where = f"at lead {', '.join(map(str, leads))}" if leads else "at no lead"
    return len(leads), 0, _passes(not leads), f"its artifact gives {what} {where}"


def _ratio(error: float, claimed: float) -> float:
    return 1.0 if error == claimed == 0.0 else error / claimed if claimed else float("inf")


def _difference(gain: float) -> str:
    return f"{abs(gain):.1%} {'better' if gain > 0.0 else 'worse'}"


def _no_worse_slice(evidence: Evidence, limits: Thresholds, prefix: str) -> Said:
    judged = dict(_judged_slices(_comparison(evidence), limits, prefix))
    if not judged:
        few = f"{prefix.rstrip('_').replace('_', ' ')}: too few days to say anything"
        return None, -limits.slice_margin, Verdict.PASS, few
    worst = min(judged, key=lambda name: judged[name].improvement)
    gain = judged[worst].improvement
    bad = [name for name, found in judged.items() if _is_worse(found, limits)]
    words = ", ".join(name.replace("_", " ") for name in bad or [worst])
    limit = -limits.slice_margin
    how = "by more than luck" if bad else "at worst"
    sentence = f"{words}: {_difference(gain)} than the champion, {how} (at least {limit:+.0%})"
    return gain, limit, _passes(not bad), sentence


def _judged_slices(
    comparison: Comparison, limits: Thresholds, prefix: str
) -> Iterator[tuple[str, Comparison]]:
    for name, found in comparison.slices.items():
        if name.startswith(prefix) and found.paired_days >= limits.min_slice_days:
            yield name, found


def _is_worse(found: Comparison, limits: Thresholds) -> bool:
    """Say whether a slice is worse by the margin and by more than luck."""
    within = found.improvement >= -limits.slice_margin
    # The test is one-sided, so that it can be read from its other end.
    lucky = 1.0 - found.p_value >= limits.slice_p_value
    return not within and not lucky
