"""Answers as bytes, with the tag by which they are known again."""

import hashlib
from collections.abc import Sequence
from time import perf_counter
from typing import Protocol, TypeVar


class Timed(Protocol):
    """An answer that says how long it took to make."""

    generationtime_ms: float

    def model_dump_json(self, *, exclude_none: bool) -> str:
        """Return the answer as JSON."""
        ...


T = TypeVar("T", bound=Timed)


def write(answers: Sequence[Timed], started: float, *, as_list: bool = False) -> tuple[bytes, str]:
    """Return answers as JSON, and their tag: the same for the same answer, however long it took.

    Parameters
    ----------
    started : float
        When their making began, by `perf_counter`.
    """
    digest = hashlib.sha256(_json(answers, as_list=as_list)).hexdigest()[:32]
    for answer in answers:
        timed(answer, started)
    return _json(answers, as_list=as_list), f'W/"{digest}"'


def timed(answer: T, started: float) -> T:
    """Return an answer that says how long it took to make, since a time by `perf_counter`."""
    answer.generationtime_ms = round((perf_counter() - started) * 1000, 3)
    return answer


def _json(answers: Sequence[Timed], *, as_list: bool) -> bytes:
    written = [answer.model_dump_json(exclude_none=True) for answer in answers]
    return (f"[{','.join(written)}]" if as_list else written[0]).encode()
