"""The models of a replay: a folder in the place of MLflow, for the trainer and for the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from local.replay.weather import Injected, What
from shared.adapters.artifacts import DOCUMENT_FILE, ONNX_FILE, Artifact
from shared.errors import ArtifactRefused
from shared.forecasting.variables import Variable
from trainer.ports import RunRecord, TrackedRun, TrainingSummary


@dataclass
class ModelFolder:
    """Keeps artifacts by their digest; all else that a tracker is told is in the database.

    Attributes
    ----------
    injected : sequence of Injected
        Says on which days artifacts arrive damaged.
    today : date
        The virtual day.
    """

    folder: Path
    injected: Sequence[Injected] = ()
    today: date = field(default=date.min)

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return the artifact of this digest; raises `ArtifactRefused` if it is another."""
        try:
            artifact = Artifact(
                document=(self.folder / uri / DOCUMENT_FILE).read_bytes(),
                onnx=(self.folder / uri / ONNX_FILE).read_bytes(),
            )
        except OSError as error:
            raise ArtifactRefused(f"There is no artifact {uri}.") from error
        artifact.check(sha256)
        return artifact

    def open_training(self, site_id: str, training_id: UUID) -> str:
        """Return a name for the training's run."""
        return f"{site_id}/{training_id}"

    def record_contender(self, record: RunRecord) -> TrackedRun:
        """Keep the artifact of a contender."""
        is_broken = any(
            one.what is What.BROKEN_MODEL and one.is_at(record.site_id) and one.lasts_on(self.today)
            for one in self.injected
        )
        uri = record.artifact.sha256 + ("-broken" if is_broken else "")
        onnx = record.artifact.onnx
        self._keep(uri, ONNX_FILE, onnx[: len(onnx) // 2] if is_broken else onnx)
        self._keep(uri, DOCUMENT_FILE, record.artifact.document)
        return TrackedRun(f"{record.training_id}/{record.variable}/{record.family}", uri)

    def register_winner(
        self, site_id: str, variable: Variable, run: TrackedRun, tags: Mapping[str, str]
    ) -> tuple[str, str]:
        """Return the name of the model; its versions are called after their trainings."""
        del tags
        return f"{site_id}.{variable}", run.run_id.split("/")[0]

    def close_training(self, site_id: str, training_id: UUID, summary: TrainingSummary) -> None:
        """Add nothing: the database has it all."""

    def _keep(self, uri: str, name: str, content: bytes) -> None:
        folder = self.folder / uri
        folder.mkdir(parents=True, exist_ok=True)
        # The policies keep the same artifacts, at the same time.
        unfinished = folder / f"{name}.{uuid4().hex}.unfinished"
        unfinished.write_bytes(content)
        unfinished.replace(folder / name)
