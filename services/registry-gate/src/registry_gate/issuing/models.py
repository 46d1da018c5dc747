"""Models, loaded and checked as the API does, and kept for the next day."""

from collections import OrderedDict
from threading import Lock

from registry_gate.ports import Artifacts
from shared.adapters.onnx_regressor import OnnxRegressor
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import Regressor, check_regressor

_MOST_KEPT = 200  # some megabytes each where it is a forest


class LoadedModels:
    """Models by the digest of their artifact; the least recently used go first.

    Parameters
    ----------
    artifacts : Artifacts
        Where they are loaded from.
    most_kept : int
        How many are kept.
    """

    def __init__(self, artifacts: Artifacts, most_kept: int = _MOST_KEPT) -> None:
        self._artifacts = artifacts
        self._most_kept = most_kept
        self._kept: OrderedDict[str, tuple[ModelDocument, Regressor]] = OrderedDict()
        self._lock = Lock()

    def get(self, uri: str, sha256: str) -> tuple[ModelDocument, Regressor]:
        """Return a model that answers as it did when it was stored.

        Raises
        ------
        ArtifactRefused
            It does not, or is damaged.
        """
        with self._lock:
            found = self._kept.get(sha256)
            if found is not None:
                self._kept.move_to_end(sha256)
                return found
        artifact = self._artifacts.load(uri, sha256)
        document = ModelDocument.from_json(artifact.document)
        regressor = OnnxRegressor(artifact.onnx)
        check_regressor(document, regressor)
        with self._lock:
            self._kept[sha256] = document, regressor
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
        return document, regressor
