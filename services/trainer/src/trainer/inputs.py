"""What a training is made of: loaded once for all the jobs a trainer does of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.inputs import load_inputs
from shared.adapters.ledger import Job
from shared.adapters.observations import last_observed_date
from shared.adapters.sites import get_site
from shared.contracts.provenance import Provenance
from shared.forecasting.inputs import ForecastInputs


@dataclass(frozen=True)
class TrainingInputs:
    """The inputs of a site as they were known when its training started."""

    site_id: str
    known_at: str
    provenance: Provenance | None
    inputs: ForecastInputs


class InputsLoader:
    """Loads the inputs of trainings and keeps the last, since its jobs come one after the other.

    Parameters
    ----------
    longest_history : timedelta
        What is older, counted from the site's last observation, is left out.
    """

    def __init__(self, sessions: SessionFactory, longest_history: timedelta) -> None:
        self._sessions = sessions
        self._longest_history = longest_history
        self._kept: TrainingInputs | None = None

    def load(self, job: Job) -> TrainingInputs:
        """Return the inputs of the training a job is part of; raises `NotEnoughData`."""
        known_at = job.parameters["known_at"]
        kept = self._kept
        if kept is None or (kept.site_id, kept.known_at) != (job.site_id, known_at):
            self._kept = None  # frees the memory before more is needed
            with self._sessions() as session:
                kept = self._load(session, job.site_id, known_at)
            self._kept = kept
        return kept

    def _load(self, session: Session, site_id: str, known_at: str) -> TrainingInputs:
        time = datetime.fromisoformat(known_at)
        # Counted from the last observation: an imported site may end many years ago.
        last = last_observed_date(session, site_id, known_at=time)
        since = None if last is None else last - self._longest_history
        inputs = load_inputs(session, site_id, since=since, known_at=time)
        return TrainingInputs(site_id, known_at, get_site(session, site_id).provenance, inputs)
