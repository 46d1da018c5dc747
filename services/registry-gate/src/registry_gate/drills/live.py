"""Drills on the live system, as a process beside the worker.

They need neither Celery nor MLflow's client, so they are not part of the worker's composition root.
"""

from collections.abc import Iterator

from registry_gate.drills.run import Drilled, drill_site
from registry_gate.settings import GateSettings
from shared.adapters.artifacts import ArtifactStore, prepare_mlflow_client
from shared.adapters.database import make_engine, make_session_factory
from shared.settings import load


def run_drills(site_id: str | None) -> Iterator[Drilled]:
    """Drill the gate as it is set up, with the champions it has, beside the worker.

    Raises
    ------
    NotEnoughData
        There is no champion to drill with.
    SiteUnknown
        There is no such site.
    """
    settings = load(GateSettings)
    prepare_mlflow_client(settings.mlflow_token)
    artifacts = ArtifactStore(settings.mlflow_url, settings.artifact_cache)
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=1)
    try:
        yield from drill_site(make_session_factory(engine), artifacts, settings.thresholds, site_id)
    finally:
        engine.dispose()
