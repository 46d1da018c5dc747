"""`python -m local.servers.mlflow`: the MLflow server as one process.

`mlflow server` is a parent that starts a child and does nothing more: twice the memory and the
start-up time, and a killed parent leaves the child on the port. This prepares what that parent
prepares (mlflow 3.17, `mlflow.server._run_server`), then serves in the same process. The address
of the database comes from a file, so no command line shows it.
"""

import os
from pathlib import Path

import uvicorn

ARTIFACT_ROOT = "mlflow-artifacts:/"


def main() -> None:
    """Serve until told to stop."""
    url = Path(os.environ["CLIMATE_MLFLOW_DATABASE_URL_FILE"]).read_text(encoding="utf-8").strip()
    os.environ |= server_environment(url, artifacts=os.environ["CLIMATE_MLFLOW_ARTIFACTS"])

    # The import reads the environment, so it comes after.
    from mlflow.server.fastapi_app import app  # noqa: PLC0415
    from mlflow.server.handlers import initialize_backend_stores  # noqa: PLC0415

    initialize_backend_stores(url, url, ARTIFACT_ROOT)
    port = int(os.environ["CLIMATE_MLFLOW_PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False)


def server_environment(backend: str, *, artifacts: str) -> dict[str, str]:
    """Return what `mlflow server` tells the processes it starts (`mlflow.server.constants`)."""
    return {
        "_MLFLOW_SERVER_FILE_STORE": backend,
        "_MLFLOW_SERVER_REGISTRY_STORE": backend,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": ARTIFACT_ROOT,
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": artifacts,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        # The job runner triples the memory and was an unauthenticated way in (CVE-2026-0545).
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


if __name__ == "__main__":
    main()
