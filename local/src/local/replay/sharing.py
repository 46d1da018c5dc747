"""What several policies do alike is done once: forecasts of the same model, trials of the same one.

All that goes into them is part of their key, so nothing is found that would not be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from local.replay.kept import Kept
from local.replay.pool import Pool
from local.replay.tracker import ModelFolder
from registry_gate.evidence import Dossier
from registry_gate.examination import examine
from registry_gate.issuing.cast import Part
from registry_gate.issuing.making import Issued, model_forecast, reference_forecasts
from registry_gate.issuing.models import LoadedModels
from registry_gate.terms import Soundness
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variable_forecast import VariableForecast

# Policies are a few days apart at most: of as many days and trainings of a dozen sites.
_MOST_FORECASTS, _MOST_REFERENCES, _MOST_TRIALS = 2000, 100, 500


@dataclass(frozen=True)
class Shared:
    """What is kept for the other policies; may be asked by several threads.

    Attributes
    ----------
    models : LoadedModels
        Of `artifacts`.
    """

    pool: Pool
    artifacts: ModelFolder
    models: LoadedModels
    forecasts: Kept[VariableForecast | None] = field(default_factory=lambda: Kept(_MOST_FORECASTS))
    references: Kept[list[Issued]] = field(default_factory=lambda: Kept(_MOST_REFERENCES))
    trials: Kept[Soundness] = field(default_factory=lambda: Kept(_MOST_TRIALS))

    def make_issued(
        self, known: ForecastInputs, cast: Sequence[Part], reference_date: date
    ) -> list[Issued]:
        """Make the forecasts of a site, as the gate does."""
        data = known.content_hash()

        def told(part: Part) -> VariableForecast | None:
            key = (part.artifact_uri, part.artifact_sha256, data)
            return self.forecasts.get(key, lambda: model_forecast(known, part, self.models))

        made = [(part, told(part)) for part in cast]
        from_models = [Issued(part.issuer, told, part) for part, told in made if told is not None]
        return from_models + self.references.get(
            (data, reference_date), lambda: reference_forecasts(known, reference_date)
        )

    def examine(self, dossier: Dossier, known: ForecastInputs) -> Soundness:
        """Try the artifact of a candidate out, as the gate does."""
        key = (
            dossier.artifact_uri,
            dossier.artifact_sha256,
            known.content_hash(),
            tuple(dossier.sampled_dates()),
        )
        return self.trials.get(key, lambda: examine(self.artifacts, dossier, known))
