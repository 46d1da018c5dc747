"""From a champion in the database to a model that can be served, past every check."""

from collections.abc import Callable
from datetime import datetime

from api.ports import Artifacts, Champion
from api.serving.snapshot import ServedModel
from shared.errors import ArtifactRefused
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import Regressor, check_regressor

ReadRegressor = Callable[[bytes], Regressor]


class ModelLoader:
    """Loads champions.

    Parameters
    ----------
    artifacts : Artifacts
        Gives an artifact whose digests are those in the database.
    read_regressor : Callable
        Makes a regressor of the ONNX file.
    now : Callable
        The clock.
    """

    def __init__(
        self, artifacts: Artifacts, read_regressor: ReadRegressor, now: Callable[[], datetime]
    ) -> None:
        self._artifacts = artifacts
        self._read_regressor = read_regressor
        self._now = now

    def load(self, champion: Champion) -> ServedModel:
        """Return a champion ready to serve.

        Raises
        ------
        ArtifactRefused
            The artifact is damaged, foreign, or does not answer as it did when it was stored.
        Exception
            Whatever kept it from being had.
        """
        artifact = self._artifacts.load(champion.artifact_uri, champion.artifact_sha256)
        document = ModelDocument.from_json(artifact.document)
        if (document.site_id, document.variable) != (champion.site_id, champion.variable):
            raise ArtifactRefused(
                f"The artifact is a model of {document.variable} at {document.site_id}, "
                f"not of {champion.variable} at {champion.site_id}."
            )
        regressor = self._read_regressor(artifact.onnx)
        check_regressor(document, regressor)
        return ServedModel(champion, document, regressor, loaded_at=self._now())
