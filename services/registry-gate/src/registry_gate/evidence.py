"""Gathering the evidence of a decision: the candidate's record, the champion's, and a try-out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any, Self
from uuid import UUID

import numpy as np
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from registry_gate.comparison import Comparison
from registry_gate.terms import Evidence, Soundness
from shared.adapters.observations import last_observed_date
from shared.adapters.promotions import current_champion
from shared.adapters.tables import candidates, contenders, decisions
from shared.forecasting import scores
from shared.forecasting.arrays import BoolArray
from shared.forecasting.cases import PairedCases
from shared.forecasting.variables import LEAD_DAYS, Variable

#: References a candidate must beat, by their names in the metrics.
_REFERENCES = ("climatology", "persistence")

# An artifact is tried out from so many days of its backtest, the newest, so many days apart.
_SAMPLED, _SAMPLED_EVERY = 20, 4


@dataclass(frozen=True)
class Dossier:
    """All the database knows of a candidate that waits for a decision.

    Attributes
    ----------
    champion_id : UUID or None
        The champion at the time of reading; the decision is void if it has changed since.
    champion_cases : PairedCases or None
        The champion's recipe on the candidate's folds; None without champion, or if the training
        did not backtest it.
    """

    candidate_id: UUID
    site_id: str
    variable: Variable
    artifact_uri: str
    artifact_sha256: str
    feature_fingerprint: str
    train_cutoff: date
    newest_observed: date
    metrics: Mapping[str, float]
    cases: PairedCases
    champion_id: UUID | None
    champion_cases: PairedCases | None
    champion_age_days: int | None

    def evidence(self, soundness: Soundness) -> Evidence:
        """Return what the criteria are applied to."""
        # Made of the cases again: what a training says of itself is not taken at its word.
        metrics = self.cases.metrics()
        return Evidence(
            variable=self.variable,
            r2=metrics["r2"],
            skill={name: metrics[f"skill_vs_{name}"] for name in _REFERENCES},
            coverage_80=metrics["coverage_80"],
            test_cases=len(self.cases.reference_dates),
            completeness=self.metrics["completeness"],
            age_days=(self.newest_observed - self.train_cutoff).days,
            fingerprint=self.feature_fingerprint,
            claimed_rmse=_rmse_on(self.cases, soundness.dates),
            soundness=soundness,
            comparison=self._comparison(),
            champion_age_days=self.champion_age_days,
        )

    def _comparison(self) -> Comparison | None:
        if self.champion_id is None:
            return None
        if self.champion_cases is None:
            return Comparison.impossible()
        return compare(self.champion_cases, self.cases)

    def sampled_dates(self) -> list[date]:
        """Return the reference dates of its backtest the artifact is to be tried out on."""
        newest = self.cases.reference_dates[::-1][: _SAMPLED * _SAMPLED_EVERY]
        dates: list[date] = newest[::_SAMPLED_EVERY].tolist()
        return dates

    @classmethod
    def read(cls, session: Session, row: Row[*tuple[Any, ...]]) -> Self:
        """Assemble the dossier of a row of `waiting`."""
        champion = current_champion(session, row.site_id, row.variable)
        champion_cases = None
        if champion is not None:
            champion_cases = _champion_cases(session, row, champion.candidate_id)
        return cls(
            candidate_id=row.candidate_id,
            site_id=row.site_id,
            variable=Variable(row.variable),
            artifact_uri=row.artifact_uri,
            artifact_sha256=row.artifact_sha256,
            feature_fingerprint=row.feature_fingerprint,
            train_cutoff=row.train_cutoff,
            newest_observed=last_observed_date(session, row.site_id) or row.train_cutoff,
            metrics=row.metrics,
            cases=PairedCases.from_npz(row.cases),
            champion_id=champion.candidate_id if champion else None,
            champion_cases=champion_cases,
            champion_age_days=(row.train_cutoff - champion.train_cutoff).days if champion else None,
        )


def undecided(session: Session, training_id: UUID) -> list[Dossier]:
    """Return the dossiers of a training's candidates that have no decision yet, by variable."""
    waiting = (
        _records()
        .outerjoin(decisions, decisions.c.candidate_id == candidates.c.candidate_id)
        .where(candidates.c.training_id == training_id, decisions.c.decision_id.is_(None))
        .order_by(candidates.c.variable)
    )
    return [Dossier.read(session, row) for row in session.execute(waiting).all()]


def dossier_of(session: Session, candidate_id: UUID) -> Dossier:
    """Return the dossier of one candidate, decided about or not."""
    row = session.execute(_records().where(candidates.c.candidate_id == candidate_id)).one()
    return Dossier.read(session, row)


def _records() -> Select[Any]:
    """Return the query of candidates with what their trainings recorded."""
    return select(
        candidates.c.candidate_id,
        candidates.c.training_id,
        candidates.c.site_id,
        candidates.c.variable,
        contenders.c.artifact_uri,
        contenders.c.artifact_sha256,
        contenders.c.feature_fingerprint,
        contenders.c.metrics,
        contenders.c.cases,
        contenders.c.train_cutoff,
    ).join(contenders, contenders.c.contender_id == candidates.c.contender_id)


def compare(champion: PairedCases, challenger: PairedCases) -> Comparison:
    """Compare two backtests on the reference dates they share, where they saw the same truth."""
    _, of_champion, of_challenger = np.intersect1d(
        champion.reference_dates, challenger.reference_dates, return_indices=True
    )
    same = np.all(champion.observed[of_champion] == challenger.observed[of_challenger], axis=1)
    theirs, ours = champion.chosen(of_champion[same]), challenger.chosen(of_challenger[same])
    return Comparison.of(
        theirs.forecast - theirs.observed, ours.forecast - ours.observed, _slices(ours)
    )


def _slices(cases: PairedCases) -> dict[str, BoolArray]:
    """Return the parts of the weather that must not get worse, by name."""
    lead_of = np.broadcast_to(np.array(LEAD_DAYS), cases.observed.shape)
    return cases.slices() | {f"lead_{lead}": lead_of == lead for lead in LEAD_DAYS}


def _rmse_on(cases: PairedCases, dates: Sequence[date]) -> float:
    """Return the error of a backtest on some of its reference dates; NaN on none."""
    chosen = np.isin(cases.reference_dates, np.array(dates, "datetime64[D]"))
    if not chosen.any():
        return nan
    return scores.rmse(cases.forecast[chosen], cases.observed[chosen])


def _champion_cases(
    session: Session, row: Row[*tuple[Any, ...]], champion_id: UUID
) -> PairedCases | None:
    content = session.execute(
        select(contenders.c.champion_cases).where(
            contenders.c.training_id == row.training_id,
            contenders.c.variable == row.variable,
            contenders.c.champion_candidate_id == champion_id,
            contenders.c.champion_cases.is_not(None),
        )
    ).scalar_one_or_none()
    return None if content is None else PairedCases.from_npz(content)
