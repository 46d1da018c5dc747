"""What a drill spoils: a good candidate, with the weaker champion it challenges."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from registry_gate.evidence import Dossier
from registry_gate.soundness import Answer, try_out
from registry_gate.terms import Evidence, Soundness
from shared.adapters.artifacts import Artifact
from shared.errors import ArtifactRefused
from shared.forecasting.arrays import FloatArray
from shared.forecasting.cases import PairedCases
from shared.forecasting.inputs import ForecastInputs

#: How much larger the errors of the champion are that a good candidate challenges.
WEAKER = 1.25
_WEEK = 7
_NOBODY = UUID(int=0)


@dataclass(frozen=True, eq=False)
class Specimen:
    """A candidate as the gate would find it."""

    dossier: Dossier
    artifact: Artifact
    known: ForecastInputs
    soundness: Soundness

    @classmethod
    def of(cls, dossier: Dossier, artifact: Artifact, known: ForecastInputs) -> Self:
        """Return a candidate as good as a real one, that has just been trained and challenges.

        Its artifact and its backtest are the real ones; the champion is made up from them.
        """
        challenging = replace(
            dossier,
            newest_observed=dossier.train_cutoff,
            champion_id=_NOBODY,
            champion_cases=scaled(dossier.cases, WEAKER),
            champion_age_days=_WEEK,
        )
        soundness = try_out(artifact, known, dossier.sampled_dates())
        return cls(challenging, artifact, known, soundness)

    def evidence(self) -> Evidence:
        """Return what the criteria are applied to."""
        return self.dossier.evidence(self.soundness)

    def challenging(self, champion_errors: FloatArray | float, age_days: int = _WEEK) -> Self:
        """Return the candidate beside a champion whose errors are so many times its own."""
        champion_cases = scaled(self.dossier.cases, champion_errors)
        dossier = replace(self.dossier, champion_cases=champion_cases, champion_age_days=age_days)
        return replace(self, dossier=dossier)

    def beside_orphan(self, age_days: int) -> Self:
        """Return the candidate beside a champion whose recipe could not be repeated."""
        dossier = replace(self.dossier, champion_cases=None, champion_age_days=age_days)
        return replace(self, dossier=dossier)

    def with_cases(self, cases: PairedCases) -> Self:
        """Return the candidate with another backtest, beside a champion that is as much weaker."""
        dossier = replace(self.dossier, cases=cases, champion_cases=scaled(cases, WEAKER))
        return replace(self, dossier=dossier)

    def with_artifact(self, artifact: Artifact) -> Self:
        """Return the candidate with another artifact than the one that is recorded."""
        try:
            artifact.check(self.dossier.artifact_sha256)
            soundness = try_out(artifact, self.known, self.soundness.dates)
        except ArtifactRefused as error:
            soundness = Soundness.refused(str(error))
        return replace(self, artifact=artifact, soundness=soundness)

    def answering(self, spoil: Callable[[Answer], Answer]) -> Self:
        """Return the candidate with an artifact that answers otherwise."""
        soundness = try_out(self.artifact, self.known, self.soundness.dates, spoil=spoil)
        return replace(self, soundness=soundness)


def scaled(cases: PairedCases, factor: FloatArray | float) -> PairedCases:
    """Return cases whose every error is so many times as large; shapes that fit (n, 7)."""
    return replace(cases, forecast=cases.observed + factor * (cases.forecast - cases.observed))
