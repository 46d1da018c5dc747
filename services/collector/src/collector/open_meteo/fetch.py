"""Exchanges a request for an answer over HTTP: bounded in time and size, nothing followed."""

import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

import httpx
import stamina
from pydantic import SecretStr

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.reasons import Verdict, judge, plain_text
from collector.ports import Outcome, utc_now
from shared.errors import ConfigurationError

#: Twenty years of ten daily series are 0.5 MB.
MAX_BYTES = 16 * 1024 * 1024
KEY_SETTING = "CLIMATE_OPEN_METEO_API_KEY"

_LONGEST_URL = 2000  # beyond, gateways may refuse it: sent as a form instead
#: A wrong key is set right by a human: nothing is lost meanwhile, and nothing hammered.
KEY_PAUSE = timedelta(minutes=30)
_PAID_HOSTS = ".open-meteo.com"
_PAID_PREFIX = "customer-"


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

    def tries(self) -> "Iterable[AbstractContextManager[object]]":
        """Return the tries, with growing and jittered pauses, for faults that may pass."""
        return stamina.retry_context(
            on=lambda error: isinstance(error, SourceUnavailable) and error.retry_soon,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.pause,
            wait_jitter=self.pause,
            wait_max=timedelta(seconds=30),
        )


@dataclass(frozen=True)
class Exchange:
    """A request and what came back.

    Attributes
    ----------
    verdict : Verdict
        What it amounts to.
    status : int or None
        Of HTTP; None where there was no answer.
    body : bytes
        As far as it came.
    counts_in_full : bool
        Whether the source may have counted the whole weight; a failed request counts one call.
    """

    verdict: Verdict
    status: int | None = None
    body: bytes = b""
    counts_in_full: bool = True


@dataclass(frozen=True)
class HttpFetcher:
    """Exchanges requests for answers with one source.

    Attributes
    ----------
    source : str
        What the source is called in messages.
    setting : str
        The setting that holds its address, for messages that say what to do.
    is_remote : bool
        Whether a proxy named in the environment may stand in between.
    api_key : SecretStr or None
        Of the paid service; sent to its hosts alone, in the body, so that no log has it.
    """

    source: str
    setting: str
    is_remote: bool = True
    patience: Patience = field(default_factory=Patience)
    transport: httpx.BaseTransport | None = None
    api_key: SecretStr | None = None

    def get(self, url: str, parameters: Mapping[str, str]) -> bytes:
        """Return the body of a successful answer, after as many tries as patience has.

        Raises
        ------
        SourceUnavailable
            No answer, or one that says "not now".
        SourceRefused
            An answer that says "not this".
        """
        for attempt in self.patience.tries():
            with attempt:
                exchange = self.exchange(url, parameters)
                if exchange.verdict.outcome is not Outcome.ANSWERED:
                    raise self.error_of(exchange, utc_now())
                return exchange.body
        raise AssertionError("unreachable")  # pragma: no cover - stamina raises the last error

    def exchange(
        self, url: str, parameters: Mapping[str, str], *, max_bytes: int = MAX_BYTES
    ) -> Exchange:
        """Return what comes of asking once; only a wrong address raises.

        Raises
        ------
        ConfigurationError
            The address is none.
        """
        try:
            return self._send(self._request(url, parameters), max_bytes)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            message = f"{url!r} is no address of a source ({error}): set {self.setting}."
            raise ConfigurationError(message) from error

    def error_of(self, exchange: Exchange, now: datetime) -> SourceUnavailable | SourceRefused:
        """Return the error an exchange amounts to, as a sentence that says what to do."""
        verdict, status = exchange.verdict, exchange.status
        if verdict.counter is not None:
            return SourceUnavailable(
                f"{self.source} says that its calls are used up: {status} {verdict.reason!r}.",
                retry_soon=False,
                retry_after=verdict.counter.end(now) - now,
            )
        if verdict.blames_the_key:
            message = (
                f"{self.source} does not take the key ({verdict.reason!r}): set {KEY_SETTING}."
            )
            return SourceUnavailable(message, retry_soon=False, retry_after=KEY_PAUSE)
        if verdict.outcome is Outcome.REFUSED:
            return SourceRefused(f"{self.source} refuses the request: {status} {verdict.reason!r}.")
        said = f"says {status} {verdict.reason!r}" if verdict.is_own else verdict.reason
        message = (
            f"{self.source} {said}: trying again, later and later; if it lasts, check the network "
            f"and {self.setting}."
        )
        return SourceUnavailable(message, retry_soon=verdict.retry_soon)

    def close(self) -> None:
        """Close the connections; they are opened again when needed."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        patience = self.patience
        return httpx.Client(
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            follow_redirects=False,  # an answer from another host is nobody's weather
            headers={"Accept": "application/json", "User-Agent": "climate-mlops"},
            trust_env=self.is_remote,
            transport=self.transport,
        )

    def _request(self, url: str, parameters: Mapping[str, str]) -> httpx.Request:
        address, form = httpx.URL(url), dict(parameters)
        if self.api_key is not None and address.host.endswith(_PAID_HOSTS):
            if not address.host.startswith(_PAID_PREFIX):
                address = address.copy_with(host=_PAID_PREFIX + address.host)
            form["apikey"] = self.api_key.get_secret_value()
            return self._client.build_request("POST", address, data=form)
        request = self._client.build_request("GET", address, params=form)
        if len(str(request.url)) > _LONGEST_URL:
            request = self._client.build_request("POST", address, data=form)
        return request

    def _send(self, request: httpx.Request, max_bytes: int) -> Exchange:
        deadline = time.monotonic() + self.patience.whole
        status, body = None, bytearray()
        try:
            with closing(self._client.send(request, stream=True)) as response:
                status = response.status_code
                for part in response.iter_bytes():
                    body += part
                    if len(body) > max_bytes:
                        return Exchange(_too_long(max_bytes), status, bytes(body[:max_bytes]))
                    if time.monotonic() > deadline:
                        return Exchange(_passing(self._too_slow), status, bytes(body))
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise
        except httpx.HTTPError as error:
            reached = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            verdict = _passing(f"does not answer ({_name(error)})")
            return Exchange(verdict, status, bytes(body), counts_in_full=reached)
        verdict = judge(status, bytes(body))
        if not verdict.is_own:
            verdict = replace(verdict, reason=_foreign(response))
        answered = verdict.outcome is Outcome.ANSWERED
        return Exchange(verdict, status, bytes(body), counts_in_full=answered)

    @property
    def _too_slow(self) -> str:
        return f"took more than {self.patience.whole:g} s for an answer"


def _passing(reason: str) -> Verdict:
    return Verdict(Outcome.UNAVAILABLE, plain_text(reason), is_own=False, retry_soon=True)


def _too_long(max_bytes: int) -> Verdict:
    return Verdict(Outcome.REFUSED, f"an answer of more than {max_bytes} bytes, not read further")


def _foreign(response: httpx.Response) -> str:
    """Describe an answer that is not the source's own: of a gateway, a proxy, a portal."""
    at = response.headers.get("location", response.reason_phrase)
    return plain_text(f"gives no answer of its own but {response.status_code} {at!r}")


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
