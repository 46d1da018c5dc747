"""Starting a training: a job for each family and variable, all of the same observations."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.inputs import inputs_known_now
from shared.adapters.ledger import Job
from shared.adapters.runner import Effect
from shared.contracts.jobs import FIT_KINDS
from shared.forecasting.variables import FORECAST_VARIABLES
from trainer.planning import plan_part
from trainer.ports import Tracker


@dataclass(frozen=True)
class TrainingStarter:
    """Opens a training and divides it by family and variable."""

    sessions: SessionFactory
    tracker: Tracker

    def start(self, job: Job) -> Effect:
        """Do a train job."""
        self.tracker.open_training(job.site_id, job.job_id)
        with self.sessions() as session:
            # The families compete on what is known now, whenever each of them begins.
            known_at = inputs_known_now(session, job.site_id).isoformat()

        def effect(session: Session) -> None:
            parameters = {"known_at": known_at}
            # The slowest family first, so that trainers side by side end together.
            for kind in reversed(FIT_KINDS.values()):
                for variable in FORECAST_VARIABLES:
                    plan_part(session, kind, job, part=variable, parameters=parameters)

        return effect
