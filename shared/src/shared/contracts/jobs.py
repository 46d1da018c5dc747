"""The kinds of work, as one readable table: who does it, by which task, for how long.

Every unit of work is a row of the job ledger before its message is sent, so a lost message costs a
delay and never the work.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.contracts.queues import Service
from shared.forecasting.families import Family


class JobKind(StrEnum):
    """A kind of work; with site, logical date and run it names a unit of work."""

    COLLECT = "collect"
    TRAIN = "train"
    FIT_LINEAR_REGRESSION = "fit-linear-regression"
    FIT_RANDOM_FOREST = "fit-random-forest"
    FIT_GRADIENT_BOOSTING = "fit-gradient-boosting"
    SELECT = "select"
    GATE = "gate"


@dataclass(frozen=True)
class JobPolicy:
    """Who does a kind of work, and what happens when it goes wrong.

    Attributes
    ----------
    service : Service
        Whose queue the message goes to.
    task : str
        Name of the Celery task; its one argument is the job's id.
    max_attempts : int
        After so many the job is a dead letter and waits for a human.
    retry_after : timedelta
        Pause before the second attempt; it doubles with each further one.
    """

    service: Service
    task: str
    max_attempts: int = 5
    retry_after: timedelta = timedelta(seconds=10)


JOBS: dict[JobKind, JobPolicy] = {
    # A provider can be away for days: keep asking, up to half an hour apart.
    JobKind.COLLECT: JobPolicy(
        Service.COLLECTOR,
        "collector.collect_observations",
        max_attempts=200,
        retry_after=timedelta(seconds=20),
    ),
    JobKind.TRAIN: JobPolicy(Service.TRAINER, "trainer.start_training"),
    JobKind.FIT_LINEAR_REGRESSION: JobPolicy(Service.TRAINER, "trainer.fit_family"),
    JobKind.FIT_RANDOM_FOREST: JobPolicy(Service.TRAINER, "trainer.fit_family"),
    JobKind.FIT_GRADIENT_BOOSTING: JobPolicy(Service.TRAINER, "trainer.fit_family"),
    JobKind.SELECT: JobPolicy(Service.TRAINER, "trainer.select_candidates"),
    JobKind.GATE: JobPolicy(Service.REGISTRY_GATE, "registry-gate.decide_promotions"),
}

FIT_KINDS: dict[Family, JobKind] = {
    Family.LINEAR_REGRESSION: JobKind.FIT_LINEAR_REGRESSION,
    Family.RANDOM_FOREST: JobKind.FIT_RANDOM_FOREST,
    Family.GRADIENT_BOOSTING: JobKind.FIT_GRADIENT_BOOSTING,
}

#: A worker that has not renewed its lease for so long is taken for dead.
LEASE = timedelta(seconds=30)
#: How often a worker at work renews its lease.
HEARTBEAT = timedelta(seconds=8)
#: A message not answered by a claim for so long is taken for lost, and sent again.
RESEND_AFTER = timedelta(seconds=45)
#: The longest pause between two attempts.
LONGEST_RETRY = timedelta(minutes=30)
