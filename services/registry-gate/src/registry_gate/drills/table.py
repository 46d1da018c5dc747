"""The drills, as one readable table: what is wrong, and which criterion must refuse it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from registry_gate.drills import answers
from registry_gate.drills.specimen import WEAKER, Specimen, scaled
from registry_gate.terms import Thresholds
from shared.adapters.artifacts import Artifact
from shared.forecasting.arrays import BoolArray
from shared.forecasting.cases import SEASONS, PairedCases

#: What a drill does to a good candidate; None if there is nothing of the kind to spoil.
Do = Callable[[Specimen, Thresholds], Specimen | None]

_BETTER = 0.85  # errors of a champion that is clearly better on a slice
_LEAKED = 1 / 8  # of an error, what is left of it where the answer was known
_ALMOST = 0.9
_LUCKY_DAYS = 3
_LUCKY_GAIN = 0.06
_EVERY = 4


@dataclass(frozen=True)
class Drill:
    """A row of the table.

    Attributes
    ----------
    refused_by : str or None
        The criterion that must refuse it; None for a candidate that must be promoted.
    """

    name: str
    refused_by: str | None
    do: Do


def leaky(good: Specimen, _limits: Thresholds) -> Specimen:
    """Claim a backtest that had seen the answers."""
    return good.with_cases(scaled(good.dossier.cases, _LEAKED))


def stale(good: Specimen, limits: Thresholds) -> Specimen:
    """Be trained on data that end too long ago."""
    newest = good.dossier.train_cutoff + timedelta(days=limits.max_candidate_age_days + 1)
    return replace(good, dossier=replace(good.dossier, newest_observed=newest))


def broken_artifact(good: Specimen, _limits: Thresholds) -> Specimen:
    """Lose half of the ONNX file."""
    whole = good.artifact
    return good.with_artifact(Artifact(whole.document, whole.onnx[: len(whole.onnx) // 2]))


def altered_document(good: Specimen, _limits: Thresholds) -> Specimen:
    """Change one byte of the document."""
    whole = good.artifact
    return good.with_artifact(Artifact(whole.document + b" ", whole.onnx))


def wrong_fingerprint(good: Specimen, _limits: Thresholds) -> Specimen:
    """Be recorded with other features than the artifact is made for."""
    return replace(good, dossier=replace(good.dossier, feature_fingerprint="0" * 64))


def too_few_cases(good: Specimen, limits: Thresholds) -> Specimen:
    """Be tested on too few days, as a site's first candidate."""
    n = len(good.dossier.cases.reference_dates)
    step = _EVERY * -(-n // ((limits.min_test_cases - 1) * _EVERY))
    few = good.dossier.cases.chosen(np.arange(n - 1, -1, -step)[::-1])
    dossier = replace(
        good.dossier, cases=few, champion_id=None, champion_cases=None, champion_age_days=None
    )
    return replace(good, dossier=dossier)


def gappy_input(good: Specimen, limits: Thresholds) -> Specimen:
    """Be tested on input of which too much was bridged."""
    metrics = {**good.dossier.metrics, "completeness": limits.min_completeness * _ALMOST}
    return replace(good, dossier=replace(good.dossier, metrics=metrics))


def too_wide_intervals(good: Specimen, _limits: Thresholds) -> Specimen:
    """Give intervals that hold everything."""
    cases = good.dossier.cases
    return good.with_cases(replace(cases, inside_80=np.ones_like(cases.inside_80)))


def season_alone(good: Specimen, _limits: Thresholds) -> Specimen:
    """Leave most of the variance unexplained: the same errors where there are no seasons."""
    cases = good.dossier.cases
    usual = cases.climatology
    names = ("observed", "forecast", *cases.references)
    return good.with_cases(replace(cases, **{name: getattr(cases, name) - usual for name in names}))


def worse_than_climatology(good: Specimen, _limits: Thresholds) -> Specimen:
    """Be no better than what is usual."""
    return _beside_reference(good, "climatology")


def worse_than_persistence(good: Specimen, _limits: Thresholds) -> Specimen:
    """Be no better than tomorrow as today."""
    return _beside_reference(good, "persistence")


def worse_on_hot_days(good: Specimen, limits: Thresholds) -> Specimen | None:
    """Be better but on hot days."""
    return _worse_on(good, limits, "hot_days")


def worse_in_one_season(good: Specimen, limits: Thresholds) -> Specimen | None:
    """Be better but in one season: of all the one with the fewest hot days."""
    cases = good.dossier.cases
    hot = np.zeros_like(cases.inside_80) if cases.is_hot is None else cases.is_hot
    slices = cases.slices()
    seasons = [
        name
        for name in (f"season_{season}" for season in SEASONS)
        if name in slices and _days_of(slices[name]) >= limits.min_slice_days
    ]
    if not seasons:
        return None
    coolest = min(seasons, key=lambda name: int((slices[name] & hot).sum()))
    return _worse_on(good, limits, coolest)


def worse_tomorrow(good: Specimen, _limits: Thresholds) -> Specimen:
    """Be better but at the first lead."""
    factors = np.full(good.dossier.cases.observed.shape, WEAKER)
    factors[:, 0] = _BETTER
    return good.challenging(factors)


def copy_of_champion(good: Specimen, _limits: Thresholds) -> Specimen:
    """Be the champion again, trained on the same data."""
    return good.challenging(1.0, age_days=0)


def hardly_better(good: Specimen, limits: Thresholds) -> Specimen:
    """Be better by half the margin, every day."""
    return good.challenging(1.0 / (1.0 - limits.min_improvement / 2))


def better_by_luck(good: Specimen, _limits: Thresholds) -> Specimen:
    """Be better because of three days of the year."""
    errors = good.dossier.cases.forecast - good.dossier.cases.observed
    losses = np.mean(errors**2, axis=1)
    lucky = slice(len(losses) // 2, len(losses) // 2 + _LUCKY_DAYS)
    wanted = losses.sum() * ((1.0 - _LUCKY_GAIN) ** -2 - 1.0)
    factors = np.ones((len(losses), 1))
    factors[lucky] = np.sqrt(1.0 + wanted / losses[lucky].sum())
    return good.challenging(factors)


def too_few_paired_days(good: Specimen, limits: Thresholds) -> Specimen:
    """Be better on fewer days than the test needs."""
    rival = good.challenging(WEAKER).dossier
    few = _newest(rival.champion_cases or rival.cases, limits.min_paired_days - 1)
    return replace(good, dossier=replace(rival, champion_cases=few))


def fresher_but_worse(good: Specimen, limits: Thresholds) -> Specimen:
    """Be newer than an aged champion, and worse by more than the little that is allowed."""
    worse = 1.0 - (limits.freshness_margin + limits.slice_margin) / 2
    return good.challenging(worse, age_days=_aged(limits))


def orphan_still_young(good: Specimen, limits: Thresholds) -> Specimen:
    """Challenge a champion that cannot be repeated but is not old."""
    return good.beside_orphan(limits.max_unrepeatable_age_days)


def good_one(good: Specimen, _limits: Thresholds) -> Specimen:
    """Spoil nothing: a gate that refuses everything is no use either."""
    return good


def fresh_one(good: Specimen, limits: Thresholds) -> Specimen:
    """Be as good as an aged champion."""
    return good.challenging(1.0, age_days=_aged(limits))


def heir(good: Specimen, limits: Thresholds) -> Specimen:
    """Challenge an old champion that cannot be repeated."""
    return good.beside_orphan(limits.max_unrepeatable_age_days + 1)


DRILLS = (
    Drill("leaky", "as_tested", leaky),
    Drill("stale", "up_to_date", stale),
    Drill("NaN at one lead", "finite", lambda g, _: g.answering(answers.nan_at_one_lead)),
    Drill("swapped units", "as_tested", lambda g, _: g.answering(answers.in_other_unit)),
    Drill("copy of the champion", "improvement", copy_of_champion),
    Drill("too slow", "fast", lambda g, limits: g.answering(answers.slow(limits.max_answer_ms))),
    Drill("broken artifact", "usable", broken_artifact),
    Drill("altered document", "usable", altered_document),
    Drill("wrong fingerprint", "recorded", wrong_fingerprint),
    Drill("too few cases", "test_cases", too_few_cases),
    Drill("gappy input", "completeness", gappy_input),
    Drill("intervals too wide", "coverage_80", too_wide_intervals),
    Drill("explains too little", "r2", season_alone),
    Drill("no better than usual", "skill_vs_climatology", worse_than_climatology),
    Drill("no better than today", "skill_vs_persistence", worse_than_persistence),
    Drill("impossible bound", "possible", lambda g, _: g.answering(answers.bound_beyond_physics)),
    Drill("crossed interval", "intervals", lambda g, _: g.answering(answers.bound_above_value)),
    Drill("worse on hot days", "hot_days", worse_on_hot_days),
    Drill("worse in one season", "seasons", worse_in_one_season),
    Drill("worse tomorrow", "leads", worse_tomorrow),
    Drill("hardly better", "improvement", hardly_better),
    Drill("better by luck", "p_value", better_by_luck),
    Drill("too few paired days", "paired_days", too_few_paired_days),
    Drill("same data again", "champion_age", copy_of_champion),
    Drill("fresher but worse", "freshness", fresher_but_worse),
    Drill("orphan still young", "succession", orphan_still_young),
    Drill("a good one", None, good_one),
    Drill("a fresh one", None, fresh_one),
    Drill("an heir", None, heir),
)


def _aged(limits: Thresholds) -> int:
    return max(limits.max_champion_age_days, limits.max_unrepeatable_age_days) + 1


def _beside_reference(good: Specimen, reference: str) -> Specimen:
    """Put a reference at nine tenths of the candidate's errors."""
    return good.with_cases(
        replace(
            good.dossier.cases,
            **{reference: scaled(good.dossier.cases, _ALMOST).forecast},  # type: ignore[arg-type]
        )
    )


def _worse_on(good: Specimen, limits: Thresholds, name: str) -> Specimen | None:
    chosen = good.dossier.cases.slices().get(name)
    if chosen is None or _days_of(chosen) < limits.min_slice_days:
        return None
    return good.challenging(np.where(chosen, _BETTER, WEAKER))


def _days_of(chosen: BoolArray) -> int:
    return int(chosen.any(axis=1).sum())


def _newest(cases: PairedCases, n_days: int) -> PairedCases:
    n = len(cases.reference_dates)
    return cases.chosen(np.arange(max(n - n_days, 0), n))
