"""Asking MLflow whether it answers, for `/health` alone; asked anew every few seconds at most."""

import time

import httpx

# The server's own /health answers 200 even without its database; this reads a table.
_PATH = "/api/2.0/mlflow/registered-models/search"
_TIMEOUT_SECONDS = 2.0
_REMEMBERED_SECONDS = 10.0


class HttpMlflowProbe:
    """Asks over HTTP; `error` answers from memory where it was asked a moment ago."""

    def __init__(self, client: httpx.AsyncClient, mlflow_url: str) -> None:
        self._client = client
        self._url = mlflow_url.rstrip("/") + _PATH
        self._asked_at = -_REMEMBERED_SECONDS
        self._error: str | None = None

    async def error(self) -> str | None:
        """Return why MLflow does not answer, or None if it does."""
        if time.monotonic() - self._asked_at >= _REMEMBERED_SECONDS:
            self._error = await self._ask()
            self._asked_at = time.monotonic()
        return self._error

    async def _ask(self) -> str | None:
        try:
            answer = await self._client.get(
                self._url, params={"max_results": 1}, timeout=_TIMEOUT_SECONDS
            )
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            return f"it answered with status {error.response.status_code}"
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}".rstrip(": ")
        return None
