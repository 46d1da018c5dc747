"""Studies: what they are called, where they are kept, and for how long."""

import contextlib
import warnings
from datetime import date

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from sqlalchemy import func, select, text

from shared.adapters.database import make_engine
from shared.adapters.ledger import Job
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable

# A dead worker's trial is found before the ledger gives its job to another one (30 s).
_HEARTBEAT_SECONDS = 8
_GRACE_SECONDS = 20
_MOST_RETRIES = 3
_TABLES_LOCK = 0x0707
# Several times what a training adds, and done in a moment.
_MOST_REMOVED = 100


def study_name(job: Job, variable: Variable, family: Family) -> str:
    """Return the name of the study of a family and variable in a training, the date first."""
    return f"{job.logical_date}/{job.site_id}/{job.run}/{variable}/{family}"


def remove_old_studies(storage: RDBStorage, *, before: date) -> int:
    """Remove studies of trainings before a date, some at a time; return how many."""
    statement = text("select study_id from studies where study_name < :before limit :most")
    with storage.engine.connect() as connection:
        parameters = {"before": before.isoformat(), "most": _MOST_REMOVED}
        old = connection.execute(statement, parameters).scalars().all()
    for study_id in old:
        with contextlib.suppress(KeyError):  # another trainer was faster
            storage.delete_study(study_id)
    return len(old)


def open_postgres_storage(url: str) -> RDBStorage:
    """Return the storage of studies in a PostgreSQL database of its own; it makes its tables."""
    optuna.logging.disable_default_handler()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Heartbeats are what finds the trial of a dead trainer; Optuna still calls them experimental.
    warnings.simplefilter("ignore", ExperimentalWarning)
    engine = make_engine(url, pool_size=1)
    try:
        with engine.begin() as connection:
            # Trainers start together, and Optuna does not expect another one to make its tables.
            connection.execute(select(func.pg_advisory_xact_lock(_TABLES_LOCK)))
            return RDBStorage(
                url,
                engine_kwargs={"pool_pre_ping": True, "pool_size": 2, "max_overflow": 2},
                heartbeat_interval=_HEARTBEAT_SECONDS,
                grace_period=_GRACE_SECONDS,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(_MOST_RETRIES),
            )
    finally:
        engine.dispose()
