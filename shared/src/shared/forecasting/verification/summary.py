"""The scores of verification, by issuer and lead; what they are compared with are identical cases.

Flip-flop index: Griffiths et al. (2019), https://doi.org/10.1002/met.1732. The others are those of
`shared.forecasting.scores`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.forecasting.arrays import BoolArray, FloatArray
from shared.forecasting.scores import coverage_band, skill_score
from shared.forecasting.variables import LEAD_DAYS, Variable
from shared.forecasting.verification.scored import ScoredForecasts, Verified

_RELIABILITY_EDGES = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True)
class Coverage:
    """Which share of the observations an interval held, and what chance alone would explain.

    The band takes days as the cases: the leads of a day are not independent of each other.
    """

    share: float
    lowest: float
    highest: float

    @property
    def is_as_promised(self) -> bool:
        """Whether chance alone explains the difference from the nominal share."""
        return self.lowest <= self.share <= self.highest


@dataclass(frozen=True)
class LeadSummary:
    """Scores at one lead, or of all leads together where `lead` is None.

    Attributes
    ----------
    skill : mapping of str to float
        Against each reference, by its issuer, on the cases both have; 1 perfect, 0 no better.
        From squared errors; for precipitation from Brier scores of a wet day.
    brier : float or None
        For precipitation.
    """

    lead: int | None
    cases: int
    days: int
    mae: float
    rmse: float
    bias: float
    crps: float
    coverage_80: Coverage
    coverage_95: Coverage
    skill: Mapping[str, float]
    brier: float | None = None


@dataclass(frozen=True)
class ReliabilityBin:
    """How often it was wet when a probability of this size was forecast."""

    lowest: float
    highest: float
    cases: int
    forecast: float
    observed: float


@dataclass(frozen=True)
class IssuerSummary:
    """How an issuer's forecasts turned out.

    Attributes
    ----------
    leads : sequence of LeadSummary
        Of the leads with any case.
    flip_flop : float or None
        Mean flip-flop index, in the variable's unit: how much forecasts for a day went back and
        forth beyond what leads from the first to the last; None without a day forecast at all
        leads.
    reliability : sequence of ReliabilityBin
        For precipitation.
    """

    issuer: str
    pooled: LeadSummary
    leads: Sequence[LeadSummary]
    flip_flop: float | None
    reliability: Sequence[ReliabilityBin] = ()


def summarise(verified: Verified, references: Sequence[str]) -> list[IssuerSummary]:
    """Return the scores of every issuer that has any, the smallest pooled loss first.

    Parameters
    ----------
    references : sequence of str
        Issuers that skill is measured against.
    """
    losses = {name: verified.losses(scored) for name, scored in verified.by_issuer.items()}
    against = {name: losses[name] for name in references if name in losses}
    summaries = [
        _summary(verified, name, scored, against)
        for name, scored in verified.by_issuer.items()
        if np.isfinite(losses[name]).any()
    ]
    return sorted(summaries, key=lambda summary: float(np.nanmean(losses[summary.issuer])))


def _summary(
    verified: Verified, name: str, scored: ScoredForecasts, against: Mapping[str, FloatArray]
) -> IssuerSummary:
    there = np.isfinite(scored.value)
    leads = [
        _scores(verified, scored, _only(there, column), against, lead)
        for column, lead in enumerate(LEAD_DAYS)
        if there[:, column].any()
    ]
    is_rain = verified.variable is Variable.PRECIPITATION
    return IssuerSummary(
        issuer=name,
        pooled=_scores(verified, scored, there, against, None),
        leads=leads,
        flip_flop=flip_flop(scored.value),
        reliability=reliability(scored.probability, verified.target) if is_rain else (),
    )


def _only(there: BoolArray, column: int) -> BoolArray:
    chosen = np.zeros_like(there)
    chosen[:, column] = there[:, column]
    return chosen


def _scores(
    verified: Verified,
    scored: ScoredForecasts,
    cases: BoolArray,
    against: Mapping[str, FloatArray],
    lead: int | None,
) -> LeadSummary:
    errors, losses = verified.errors(scored)[cases], verified.losses(scored)
    days = int(cases.any(axis=1).sum())
    return LeadSummary(
        lead=lead,
        cases=int(cases.sum()),
        days=days,
        mae=float(np.abs(errors).mean()),
        rmse=float(np.sqrt((errors**2).mean())),
        bias=float(errors.mean()),
        crps=float(scored.crps[cases].mean()),
        coverage_80=_coverage(scored.inside_80[cases], 0.80, days),
        coverage_95=_coverage(scored.inside_95[cases], 0.95, days),
        skill={
            name: skill
            for name, reference in against.items()
            if (skill := _paired_skill(losses, reference, cases)) is not None
        },
        brier=float(losses[cases].mean()) if verified.variable is Variable.PRECIPITATION else None,
    )


def _coverage(inside: FloatArray, level: float, days: int) -> Coverage:
    lowest, highest = coverage_band(level, days)
    return Coverage(float(inside.mean()), lowest, min(highest, 1.0))


def _paired_skill(losses: FloatArray, reference: FloatArray, cases: BoolArray) -> float | None:
    paired = cases & np.isfinite(losses) & np.isfinite(reference)
    if not paired.any():
        return None
    return skill_score(float(losses[paired].mean()), float(reference[paired].mean()))


def flip_flop(value: FloatArray) -> float | None:
    """Return the mean flip-flop index of forecasts of shape (n_days, 7), None without a full row.

    Examples
    --------
    >>> flip_flop(np.array([[20.0, 24.0, 20.0, 24.0, 20.0, 24.0, 20.0]]))
    4.0
    >>> flip_flop(np.array([[20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0]]))
    0.0
    """
    rows = value[np.isfinite(value).all(axis=1)]
    if not len(rows):
        return None
    travelled = np.abs(np.diff(rows, axis=1)).sum(axis=1)
    index = (travelled - np.ptp(rows, axis=1)) / (rows.shape[1] - 2)
    return float(index.mean())


def reliability(probability: FloatArray, wet: FloatArray) -> list[ReliabilityBin]:
    """Return how often it was wet by tenths of the probability, those that were ever forecast.

    Parameters
    ----------
    probability : ndarray of shape (n_days, 7)
    wet : ndarray of shape (n_days,)
        1.0 on wet days, else 0.0.
    """
    said = probability[np.isfinite(probability)]
    came = np.broadcast_to(wet[:, np.newaxis], probability.shape)[np.isfinite(probability)]
    tenth = np.clip(np.digitize(said, _RELIABILITY_EDGES) - 1, 0, 9)
    bins = []
    for number in range(10):
        inside = tenth == number
        if inside.any():
            lowest, highest = _RELIABILITY_EDGES[number : number + 2].tolist()
            cases, mean, share = int(inside.sum()), said[inside].mean(), came[inside].mean()
            bins.append(ReliabilityBin(lowest, highest, cases, float(mean), float(share)))
    return bins
