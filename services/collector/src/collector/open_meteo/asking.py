"""Makes calls, one after the other: a turn, an exchange, the answer kept, then read."""

from dataclasses import dataclass, field, replace
from datetime import date

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.calls import Call
from collector.open_meteo.fetch import Exchange, HttpFetcher, Patience
from collector.open_meteo.read import Columns, Question, read_answer
from collector.open_meteo.restraint import NoRestraint, Restraint
from collector.ports import Clock, Outcome, Payload, PayloadStore, utc_now

_PROBE_PATIENCE = Patience(connect=3.0, read=5.0, whole=6.0, attempts=1)
_A_FAILED_CALL = 1.0  # its weight, whatever was asked


@dataclass(frozen=True)
class Part:
    """A place's part of the answer to one call, from its first day wanted on."""

    first: date
    payload_id: int
    columns: Columns | SourceRefused


@dataclass(frozen=True)
class Asking:
    """Makes calls to one source.

    Attributes
    ----------
    source : str
        Under which answers are kept and budgets counted.
    fetcher : HttpFetcher
        Gets the bytes.
    payloads : PayloadStore
        Keeps every answer before it is read.
    restraint : Restraint
        Says when the source may be asked.
    """

    source: str
    fetcher: HttpFetcher
    payloads: PayloadStore
    restraint: Restraint = field(default_factory=NoRestraint)
    now: Clock = utc_now

    def ask(self, calls: list[Call], *, leaves_reserve: bool) -> dict[str, list[Part]]:
        """Return the parts of every place by its site id, one for each call it was in.

        Raises
        ------
        SourceUnavailable
            A call got no usable answer for now; what came before is kept.
        """
        parts: dict[str, list[Part]] = {}
        waiting = list(reversed(calls))
        while waiting:
            call = waiting.pop()
            payload_id, found = self._call(call, leaves_reserve=leaves_reserve)
            if found is None:  # one of its places is at fault: the others need not suffer
                waiting.extend(reversed(call.halves()))
                continue
            for site_id, columns in zip(call.site_ids, found, strict=True):
                parts.setdefault(site_id, []).append(Part(call.first, payload_id, columns))
        return parts

    def gets_through(self, call: Call) -> bool:
        """Say, within seconds, whether a call gets an answer of the source's own.

        It takes no turn, which may take a while, and a source whose calls are used up is one that
        answers.
        """
        fetcher = replace(self.fetcher, patience=_PROBE_PATIENCE)
        try:
            payload_id, exchange = self._exchange(call, fetcher)
            verdict = exchange.verdict
            if verdict.outcome is Outcome.ANSWERED:
                found = self._read(call, payload_id, exchange.body)
                return not any(isinstance(columns, SourceRefused) for columns in found)
        except SourceUnavailable:
            return False
        finally:
            fetcher.close()
        return verdict.outcome is Outcome.EXHAUSTED and verdict.is_own

    def _call(
        self, call: Call, *, leaves_reserve: bool
    ) -> tuple[int, list[Columns | SourceRefused] | None]:
        """Return what became of one call, by place; None where one place spoilt it for all."""
        for attempt in self.fetcher.patience.tries():
            with attempt:
                with self.restraint.turn(call.weight, leaves_reserve=leaves_reserve) as turn:
                    payload_id, exchange = self._exchange(call, self.fetcher)
                    verdict = exchange.verdict
                    turn.end(verdict.outcome, _weight(call, exchange), verdict.counter)
                if verdict.outcome is Outcome.ANSWERED:
                    return payload_id, self._read(call, payload_id, exchange.body)
                error = self.fetcher.error_of(exchange, self.now())
                if isinstance(error, SourceUnavailable):
                    raise error
                if verdict.blames_a_place and len(call.places) > 1:
                    return payload_id, None
                return payload_id, [error] * len(call.places)
        raise AssertionError("unreachable")  # pragma: no cover - stamina raises the last error

    def _exchange(self, call: Call, fetcher: HttpFetcher) -> tuple[int, Exchange]:
        """Ask once and keep what came, whatever it is."""
        parameters = call.parameters()
        exchange = fetcher.exchange(call.endpoint.url, parameters, max_bytes=call.most_bytes)
        payload = Payload(
            source=self.source,
            url=call.url(),
            site_ids=call.site_ids,
            first=call.first_valid,
            last=call.last_valid,
            weight=_weight(call, exchange),
            outcome=exchange.verdict.outcome,
            status=exchange.status,
            body=exchange.body if exchange.status is not None else None,
            problem=exchange.verdict.reason,
        )
        return self.payloads.keep(payload), exchange

    def _read(self, call: Call, payload_id: int, body: bytes) -> list[Columns | SourceRefused]:
        try:
            found = read_answer(body, Question.of(call))
        except SourceUnavailable as error:
            self.payloads.note_problem(payload_id, Outcome.UNAVAILABLE, str(error))
            raise
        problems = [str(columns) for columns in found if isinstance(columns, SourceRefused)]
        if problems:
            self.payloads.note_problem(payload_id, Outcome.ANSWERED, problems[0])
        return found


def _weight(call: Call, exchange: Exchange) -> float:
    return call.weight if exchange.counts_in_full else _A_FAILED_CALL
