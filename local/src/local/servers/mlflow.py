"""The MLflow server as one process: `python -m local.servers.mlflow`, and the image of that name.

`mlflow server` is a parent that starts a child and does nothing more: twice the memory and the
start-up time, and a killed parent leaves the child on the port. This prepares what that parent
prepares (mlflow 3.17, `mlflow.server._run_server`), then serves in the same process. Secrets come
from files, so no command line shows them. It needs nothing of ours, since its image has nothing of
ours.
"""

import hmac
import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

ARTIFACT_ROOT = "mlflow-artifacts:/"
_READING = frozenset({"GET", "HEAD"})

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Any, Any], Awaitable[None]]


class TokenGuard:
    """Lets in who shows a token, as MLflow's client does with `MLFLOW_TRACKING_TOKEN`.

    Parameters
    ----------
    app : Asgi
        The server behind it.
    token : str
        May do everything.
    read_token : str or None
        May look: the API's, which never changes anything.
    """

    def __init__(self, app: Asgi, token: str, read_token: str | None = None) -> None:
        self._app = app
        self._token = f"Bearer {token}".encode()
        self._read_token = f"Bearer {read_token}".encode() if read_token else None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and self._lets_in(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await _refuse(send)
        # A websocket is left unanswered, which closes it: MLflow has none.

    def _lets_in(self, scope: Scope) -> bool:
        shown = dict(scope["headers"]).get(b"authorization", b"")
        if hmac.compare_digest(shown, self._token):
            return True
        may_read = self._read_token is not None and hmac.compare_digest(shown, self._read_token)
        return may_read and scope["method"] in _READING


async def _refuse(send: Any) -> None:  # noqa: ANN401 - ASGI
    headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b"A token is needed.\n"})


def main() -> None:
    """Serve until told to stop."""
    url = _secret("CLIMATE_MLFLOW_DATABASE_URL_FILE")
    if url is None:
        raise SystemExit("CLIMATE_MLFLOW_DATABASE_URL_FILE must name the file with the address.")
    os.environ |= server_environment(url, artifacts=os.environ["CLIMATE_MLFLOW_ARTIFACTS"])

    # The import reads the environment, so it comes after.
    from mlflow.server.fastapi_app import app  # noqa: PLC0415
    from mlflow.server.handlers import initialize_backend_stores  # noqa: PLC0415

    initialize_backend_stores(url, url, ARTIFACT_ROOT)
    token = _secret("CLIMATE_MLFLOW_TOKEN_FILE")
    guarded = TokenGuard(app, token, _secret("CLIMATE_MLFLOW_READ_TOKEN_FILE")) if token else app
    host = os.environ.get("CLIMATE_MLFLOW_HOST", "127.0.0.1")
    uvicorn.run(guarded, host=host, port=int(os.environ["CLIMATE_MLFLOW_PORT"]), access_log=False)


def _secret(setting: str) -> str | None:
    """Return the content of the file a setting names, or None if it is not set."""
    path = os.environ.get(setting)
    return Path(path).read_text(encoding="utf-8").strip() if path else None


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
