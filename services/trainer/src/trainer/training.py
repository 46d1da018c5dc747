"""Starting a training: one job for each family, all of the same observations."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.adapters.observations import known_now
from shared.adapters.runner import Effect
from shared.contracts.jobs import FIT_KINDS
from trainer.planning import plan_part
from trainer.ports import Tracker


@dataclass(frozen=True)
class TrainingStarter:
    """Opens a training and splits it into its families."""

    sessions: SessionFactory
    tracker: Tracker

    def start(self, job: Job) -> Effect:
        """Do a train job."""
        self.tracker.open_training(job.site_id, job.job_id)
        with self.sessions() as session:
            # The families compete on what is known now, whenever each of them begins.
            known_at = known_now(session, job.site_id).isoformat()

        def effect(session: Session) -> None:
            for kind in FIT_KINDS.values():
                plan_part(session, kind, job, {"known_at": known_at})

        return effect
