"""Answers as ready bytes: made once for a question, a site as it is served, and a minute.

What an answer says of its age and its clock changes on full minutes alone, everything else when
its site is renewed: so an answer that is kept is the one that would be made.
"""

import gzip
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from api.serving.snapshot import ServedSite
from api.serving.state import ServingState

#: Questions kept; beyond it all are forgotten at once, and made again as they are asked.
MOST_KEPT = 2_000
_LONGEST_QUESTION = 1_000  # bytes
_GZIP_LEVEL = 6

Question = tuple[str, bytes]
Header = tuple[bytes, bytes]
_JSON: Header = (b"content-type", b"application/json")
_GZIP: Header = (b"content-encoding", b"gzip")


@dataclass(frozen=True)
class Packed:
    """A body, and the headers that are its own, as they go over the wire."""

    body: bytes
    headers: tuple[Header, ...]


@dataclass(frozen=True)
class Ready:
    """An answer as it leaves.

    Attributes
    ----------
    plain, gzipped, nothing : Packed
        As it is; compressed; and for whoever has it already.
    served : tuple of ServedSite
        What it was made of.
    layout : object
        The `Snapshot.layout` under which these were the sites that were asked for.
    """

    etag: bytes
    plain: Packed
    gzipped: Packed
    nothing: Packed
    served: tuple[ServedSite, ...]
    layout: object

    @classmethod
    def of(cls, body: bytes, etag: bytes, served: tuple[ServedSite, ...], layout: object) -> Self:
        """Return an answer in every form it may leave in."""
        tag, packed = (b"etag", etag), gzip.compress(body, _GZIP_LEVEL, mtime=0)
        return cls(
            etag,
            plain=Packed(body, (tag, _JSON, _length(body))),
            gzipped=Packed(packed, (tag, _JSON, _GZIP, _length(packed))),
            nothing=Packed(b"", (tag,)),
            served=served,
            layout=layout,
        )


class ReadyAnswers:
    """Keeps answers for as long as they are right.

    Parameters
    ----------
    clock : Callable
        Unix time in seconds.
    """

    def __init__(self, state: ServingState, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._clock = clock
        self._kept: dict[Question, Ready] = {}
        self._minute = 0.0

    def find(self, path: str, query: bytes) -> Ready | None:
        """Return the answer to a question, if it is ready and still right."""
        ready = None if self._is_new_minute() else self._kept.get((path, query))
        snapshot = self._state.snapshot
        if ready is None or ready.layout is not snapshot.layout:
            return None
        for served in ready.served:
            if snapshot.sites.get(served.site.site_id) is not served:
                return None
        return ready

    def keep(
        self,
        question: Question,
        body: bytes,
        etag: str,
        served: Iterable[ServedSite],
        layout: object,
    ) -> None:
        """Keep an answer with what it was made of."""
        if len(question[1]) > _LONGEST_QUESTION or self._is_new_minute():
            return  # asked for by nobody else; made in the minute before
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[question] = Ready.of(body, etag.encode(), tuple(served), layout)

    def _is_new_minute(self) -> bool:
        minute = self._clock() // 60
        if minute == self._minute:
            return False
        self._minute = minute
        self._kept.clear()
        return True


def _length(body: bytes) -> Header:
    return b"content-length", str(len(body)).encode()
