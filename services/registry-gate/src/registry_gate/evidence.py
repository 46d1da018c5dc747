"""Gathering the evidence of a decision: the candidate's record, the champion's, and a try-out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from registry_gate.comparison import Comparison
from registry_gate.terms import Evidence, Soundness
from shared.adapters.promotions import current_champion
from shared.adapters.tables import candidates, contenders, decisions
from shared.forecasting.cases import PairedCases
from shared.forecasting.variables import Variable

#: References a candidate must beat, by their names in the metrics.
_REFERENCES = ("climatology", "persistence")


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
    metrics: Mapping[str, float]
    cases: PairedCases
    champion_id: UUID | None
    champion_cases: PairedCases | None
    champion_age_days: int | None

    def evidence(self, soundness: Soundness) -> Evidence:
        """Return what the criteria are applied to."""
        is_rain = self.variable is Variable.PRECIPITATION
        return Evidence(
            variable=self.variable,
            r2=self.metrics["r2"],
            skill={name: self.metrics[f"skill_vs_{name}"] for name in _REFERENCES},
            coverage_80=None if is_rain else self.metrics["coverage_80"],
            test_cases=len(self.cases.reference_dates),
            completeness=self.metrics["completeness"],
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

    @classmethod
    def read(cls, session: Session, row: Row[*tuple[Any, ...]]) -> Self:
        """Assemble the dossier of a row of `undecided`."""
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
            metrics=row.metrics,
            cases=PairedCases.from_npz(row.cases),
            champion_id=champion.candidate_id if champion else None,
            champion_cases=champion_cases,
            champion_age_days=(row.train_cutoff - champion.train_cutoff).days if champion else None,
        )


def undecided(session: Session, training_id: UUID) -> list[Dossier]:
    """Return the dossiers of a training's candidates that have no decision yet, by variable."""
    rows = session.execute(
        select(
            candidates.c.candidate_id,
            candidates.c.training_id,
            candidates.c.site_id,
            candidates.c.variable,
            contenders.c.artifact_uri,
            contenders.c.artifact_sha256,
            contenders.c.metrics,
            contenders.c.cases,
            contenders.c.train_cutoff,
        )
        .join(contenders, contenders.c.contender_id == candidates.c.contender_id)
        .outerjoin(decisions, decisions.c.candidate_id == candidates.c.candidate_id)
        .where(candidates.c.training_id == training_id, decisions.c.decision_id.is_(None))
        .order_by(candidates.c.variable)
    ).all()
    return [Dossier.read(session, row) for row in rows]


def compare(champion: PairedCases, challenger: PairedCases) -> Comparison:
    """Compare two backtests on the reference dates they share, where they saw the same truth."""
    _, of_champion, of_challenger = np.intersect1d(
        champion.reference_dates, challenger.reference_dates, return_indices=True
    )
    truth = champion.observed[of_champion]
    same = np.all(truth == challenger.observed[of_challenger], axis=1)
    return Comparison.of(
        champion.forecast[of_champion][same] - truth[same],
        challenger.forecast[of_challenger][same] - truth[same],
    )


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
