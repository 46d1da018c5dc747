"""Gets an answer over HTTP: bounded in time and size, retried with jitter, errors told apart."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import stamina

from collector.errors import SourceRefused, SourceUnavailable

# Twenty years of ten daily series are 0.5 MB.
_MAX_BYTES = 16 * 1024 * 1024
_MAX_REASON = 300  # characters of a foreign text in our own messages

#: Statuses that say "not now" rather than "not this": timeouts, quotas, faults of the server.
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
# Words of the reasons that mean the same where the status does not say it.
_TEMPORARY_WORDS = ("limit exceeded", "overloaded", "concurrent", "try again", "went wrong")
_QUOTA_WORDS = ("limit exceeded", "concurrent")


@dataclass(frozen=True)
class Patience:
    """How long to wait for a source.

    Attributes
    ----------
    connect, read : float
        Seconds for a connection, and between two parts of an answer.
    whole : float
        Seconds for one complete answer.
    attempts : int
        Tries within one job; after that the ledger tries again, later and later.
    pause : float
        Seconds before the second try, doubled with each further one, plus up to as much of jitter.
    """

    connect: float = 5.0
    read: float = 30.0
    whole: float = 120.0
    attempts: int = 3
    pause: float = 1.0


@dataclass(frozen=True)
class HttpFetcher:
    """Gets answers of one source.

    Attributes
    ----------
    source : str
        What the source is called in messages.
    setting : str
        The setting that holds its address, for messages that say what to do.
    is_remote : bool
        Whether a proxy named in the environment may stand in between.
    """

    source: str
    setting: str
    is_remote: bool = True
    patience: Patience = field(default_factory=Patience)
    transport: httpx.BaseTransport | None = None

    def get(self, url: str, parameters: Mapping[str, str]) -> bytes:
        """Return the body of a successful answer.

        Raises
        ------
        SourceUnavailable
            No answer, or one that says "not now".
        SourceRefused
            An answer that says "not this".
        """
        for attempt in stamina.retry_context(
            on=_worth_a_second_try,
            attempts=self.patience.attempts,
            timeout=None,
            wait_initial=self.patience.pause,
            wait_jitter=self.patience.pause,
            wait_max=timedelta(seconds=30),
        ):
            with attempt:
                return self._get_once(url, parameters)
        raise AssertionError("unreachable")  # pragma: no cover - stamina raises the last error

    def _get_once(self, url: str, parameters: Mapping[str, str]) -> bytes:
        try:
            with (
                self._http() as http,
                http.stream("GET", url, params=dict(parameters)) as response,
            ):
                body = self._read(response)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            message = f"{url!r} is no address of a source ({error}): set {self.setting}."
            raise SourceRefused(message) from error
        except httpx.HTTPError as error:
            message = (
                f"{self.source} at {url} does not answer ({_name(error)}): trying again, later "
                "and later; if it lasts, check the network."
            )
            raise SourceUnavailable(message) from error
        self._check_status(response, body)
        return body

    def _http(self) -> httpx.Client:
        patience = self.patience
        return httpx.Client(
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            follow_redirects=False,  # an answer from another host is nobody's weather
            headers={"Accept": "application/json", "User-Agent": "climate-mlops"},
            trust_env=self.is_remote,
            transport=self.transport,
        )

    def _read(self, response: httpx.Response) -> bytes:
        deadline = time.monotonic() + self.patience.whole
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > _MAX_BYTES:
                message = f"{self.source} sent more than {_MAX_BYTES} bytes: not read any further."
                raise SourceRefused(message)
            if time.monotonic() > deadline:
                message = f"{self.source} took more than {self.patience.whole:g} s for an answer."
                raise SourceUnavailable(message)
        return bytes(body)

    def _check_status(self, response: httpx.Response, body: bytes) -> None:
        reason, status = reason_of(body), response.status_code
        if response.is_success and reason is None:
            return
        if reason is None:
            # Not the source's own words: a gateway, a proxy, a portal in between.
            at = response.headers.get("location", response.reason_phrase)
            message = (
                f"{self.source} gives no answer of its own but {status} {at!r}, which is not "
                f"followed: trying again later; if it lasts, check {self.setting}."
            )
            raise SourceUnavailable(message, retry_soon=status in _TEMPORARY)
        if status in _TEMPORARY or any(word in reason.lower() for word in _TEMPORARY_WORDS):
            message = f"{self.source} says {status} {reason!r}: trying again later."
            soon = not any(word in reason.lower() for word in _QUOTA_WORDS)
            raise SourceUnavailable(message, retry_soon=soon)
        message = f"{self.source} refuses the request with {status} {reason!r}."
        raise SourceRefused(message)


def reason_of(body: bytes) -> str | None:
    """Return the reason of an error answer, `{"error": true, "reason": "..."}`, else None."""
    if len(body) > _MAX_BYTES // 1024:  # an error is short; data need not be read twice
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or not answer.get("error"):
        return None
    return str(answer.get("reason", "no reason given"))[:_MAX_REASON]


def _worth_a_second_try(error: Exception) -> bool:
    return isinstance(error, SourceUnavailable) and error.retry_soon


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
