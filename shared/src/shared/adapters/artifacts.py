"""Model artifacts: kept by the MLflow server, checked against the database, cached on disk.

An artifact is two files: the document (JSON: everything but the regression) and the regression
(ONNX). The database holds the SHA-256 of the document, and the document that of the ONNX file, so
one digest fixes both. Neither format can execute code when it is loaded.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from shared.errors import ArtifactRefused

DOCUMENT_FILE = "model.json"
ONNX_FILE = "model.onnx"

# A forest far larger than any of ours; what is larger is not one of ours.
LARGEST_ARTIFACT_BYTES = 50 * 1024 * 1024

# The default client blocks for minutes when the server is away; the caller has its own retries.
_CLIENT_ENVIRONMENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


@dataclass(frozen=True)
class Artifact:
    """The two files of a model, byte for byte."""

    document: bytes
    onnx: bytes

    @property
    def sha256(self) -> str:
        """The digest that fixes both files."""
        return _sha256(self.document)

    def check(self, sha256: str) -> None:
        """Refuse an artifact that is not the one the database means."""
        if self.sha256 != sha256:
            message = f"The artifact's document has digest {self.sha256}, expected {sha256}."
            raise ArtifactRefused(message)
        if max(len(self.document), len(self.onnx)) > LARGEST_ARTIFACT_BYTES:
            message = f"The artifact {sha256} is larger than {LARGEST_ARTIFACT_BYTES} bytes."
            raise ArtifactRefused(message)
        if json.loads(self.document).get("regressor_sha256") != _sha256(self.onnx):
            message = f"The ONNX file of artifact {sha256} is not the one its document names."
            raise ArtifactRefused(message)


def prepare_mlflow_client(token: SecretStr | None = None) -> None:
    """Set MLflow's client up; call once at the start of a process.

    It gives up within seconds, and shows the server the token with every request if there is one.
    """
    for name, value in _CLIENT_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if token is not None:
        os.environ["MLFLOW_TRACKING_TOKEN"] = token.get_secret_value()


class ArtifactStore:
    """Loads artifacts by digest: from the disk cache, else from the MLflow server.

    Parameters
    ----------
    tracking_uri : str
        Address of the MLflow server.
    cache : Path
        Folder of this machine's copies, one sub-folder a digest; may vanish at any time.
    """

    def __init__(self, tracking_uri: str, cache: Path) -> None:
        self._tracking_uri = tracking_uri
        self._cache = cache

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return an artifact that is what the database says.

        Parameters
        ----------
        uri : str
            The folder in MLflow, such as `runs:/<run>/model`.
        sha256 : str
            Digest of the document, from the database.

        Raises
        ------
        ArtifactRefused
            The artifact is damaged or not the one meant.
        mlflow.exceptions.MlflowException
            It is not in the cache and the server does not give it.
        """
        return self._from_cache(sha256) or self._download(uri, sha256)

    def _from_cache(self, sha256: str) -> Artifact | None:
        try:
            artifact = _read(self._cache / sha256)
            artifact.check(sha256)
        except (OSError, ValueError, ArtifactRefused):
            return None
        return artifact

    def _download(self, uri: str, sha256: str) -> Artifact:
        # Imported here: it is most of a process's start, and the cache often answers alone.
        import mlflow.artifacts  # noqa: PLC0415

        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cache, prefix="download-") as folder:
            mlflow.artifacts.download_artifacts(
                artifact_uri=uri, dst_path=folder, tracking_uri=self._tracking_uri
            )
            document = next(Path(folder).rglob(DOCUMENT_FILE), None)
            if document is None:
                raise ArtifactRefused(f"There is no {DOCUMENT_FILE} at {uri}.")
            artifact = _read(document.parent)
        artifact.check(sha256)
        self._keep(artifact)
        return artifact

    def _keep(self, artifact: Artifact) -> None:
        folder = self._cache / artifact.sha256
        folder.mkdir(exist_ok=True)
        for name, content in ((ONNX_FILE, artifact.onnx), (DOCUMENT_FILE, artifact.document)):
            # Renamed into place: another process never sees half a file.
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(content)
            Path(file.name).replace(folder / name)


def _read(folder: Path) -> Artifact:
    return Artifact(
        document=(folder / DOCUMENT_FILE).read_bytes(), onnx=(folder / ONNX_FILE).read_bytes()
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
