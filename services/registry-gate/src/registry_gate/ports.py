"""What the gate needs from outside; adapters and the tests' fakes satisfy these by structure."""

from collections.abc import Mapping
from typing import Protocol

from shared.adapters.artifacts import Artifact


class Artifacts(Protocol):
    """Where the candidates' artifacts are."""

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return the artifact of this digest; raises `ArtifactRefused` if it is another."""
        ...


class RegisteredModel(Protocol):
    """A model of the registry with its aliases."""

    @property
    def aliases(self) -> Mapping[str, str]:
        """The version each alias points at."""
        ...


class Registry(Protocol):
    """The model registry whose aliases mirror the ledger (MLflow's client has this shape)."""

    def get_registered_model(self, name: str) -> RegisteredModel:
        """Return a model."""
        ...

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias of a model at a version."""
        ...

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """Take an alias off a model."""
        ...
