"""Examining a candidate as it would serve: its artifact from the store, on what is really known."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry_gate.evidence import Dossier, dossier_of
from registry_gate.ports import Artifacts
from registry_gate.soundness import try_out
from registry_gate.terms import Soundness
from shared.adapters.database import SessionFactory
from shared.adapters.inputs import load_inputs
from shared.errors import ArtifactRefused
from shared.forecasting.forecast import HISTORY_DAYS
from shared.forecasting.inputs import ForecastInputs

#: Tries the artifact of a candidate out, as `examine` does.
Examine = Callable[[Artifacts, Dossier, ForecastInputs], Soundness]


def look_up(sessions: SessionFactory, candidate_id: UUID) -> tuple[Dossier, ForecastInputs]:
    """Return the dossier of a candidate and what it is tried out on, for a look without effect.

    The database itself sees to it that nothing is changed.
    """
    with sessions.begin() as session:
        session.execute(text("set transaction read only"))
        dossier = dossier_of(session, candidate_id)
        return dossier, inputs_for(session, [dossier])


def inputs_for(session: Session, dossiers: Sequence[Dossier]) -> ForecastInputs:
    """Return what the API serves a site from, as far back as its candidates are tried out.

    Raises
    ------
    NotEnoughData
        Nothing was observed at the site.
    """
    dates = [day for dossier in dossiers for day in dossier.sampled_dates()]
    oldest = min([*dates, *(dossier.newest_observed for dossier in dossiers)])
    since = oldest - timedelta(days=HISTORY_DAYS)
    return load_inputs(session, dossiers[0].site_id, since=since)


def examine(artifacts: Artifacts, dossier: Dossier, known: ForecastInputs) -> Soundness:
    """Try an artifact out; one that is not what the database says is unsound for good."""
    try:
        artifact = artifacts.load(dossier.artifact_uri, dossier.artifact_sha256)
    except ArtifactRefused as error:
        return Soundness.refused(str(error))
    return try_out(artifact, known, dossier.sampled_dates())
