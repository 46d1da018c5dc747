"""What the gate needs from outside; adapters and the tests' fakes satisfy these by structure."""

from typing import Protocol

from shared.adapters.artifacts import Artifact


class Artifacts(Protocol):
    """Where the candidates' artifacts are."""

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return the artifact of this digest; raises `ArtifactRefused` if it is another."""
        ...


class Registry(Protocol):
    """The model registry whose aliases mirror the promotions (MLflow's client has this shape)."""

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias of a model at a version."""
        ...
