"""What the API needs of the outside, as it wants to see it; adapters and fakes satisfy these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from shared.adapters.artifacts import Artifact
from shared.contracts.sites import Site
from shared.forecasting.families import Family
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class Champion:
    """The model the database says is to be served for a site and variable.

    Attributes
    ----------
    epoch : int
        Of its promotion; only grows. Of two champions the one with the higher epoch is right.
    artifact_uri, artifact_sha256 : str
        Where the artifact is, and which one it must be.
    """

    site_id: str
    variable: Variable
    epoch: int
    candidate_id: UUID
    decision_id: UUID | None
    promoted_at: datetime
    family: Family
    model_version: str
    train_cutoff: date
    artifact_uri: str
    artifact_sha256: str


@dataclass(frozen=True)
class DesiredState:
    """What every process should be serving, by the database, at one moment.

    Attributes
    ----------
    newest_known_at : mapping of site id to datetime
        When the newest revision of the site's observations was stored; absent without any.
    previous : tuple of Champion
        Who was champion before; none where that one was taken back for a reason.
    """

    sites: tuple[Site, ...]
    champions: tuple[Champion, ...]
    newest_known_at: Mapping[str, datetime]
    previous: tuple[Champion, ...] = ()


class ServingSource(Protocol):
    """Where the desired state and what forecasts may know are read: PostgreSQL, or a copy."""

    def desired_state(self) -> DesiredState:
        """Return what should be served now."""
        ...

    def inputs(self, site_id: str) -> ForecastInputs:
        """Return all observations of a site, and what else is known around it now."""
        ...


class Artifacts(Protocol):
    """Where model artifacts are loaded from, by digest."""

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return the artifact, checked; raises whatever keeps it from being had."""
        ...


class MlflowProbe(Protocol):
    """Tells whether MLflow answers; serving never waits for it."""

    async def error(self) -> str | None:
        """Return why MLflow does not answer, or None if it does."""
        ...
