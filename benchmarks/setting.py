"""What a part is told: how much of it to run, where its files go, and whom to tell of progress."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

#: Called with what was just done, after each piece of the work.
Tick = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """How a part is run.

    Attributes
    ----------
    places : tuple of str
        Only these places of `../shared/data`; all of them if empty.
    sites : tuple of int
        Only these numbers of sites; those of the part if empty.
    trials : int
        Trials of each study; those of the part if 0.
    fresh : bool
        Whether to make every forecast of others again instead of taking it from the cache.
    jobs : int
        How many processes may work side by side.
    results, cache : Path
        Folders of the results and of what may be kept for the next run.
    steps : callable
        `with steps("title", n) as tick:` shows n pieces of work being done, one a `tick`.
    """

    places: tuple[str, ...]
    sites: tuple[int, ...]
    trials: int
    fresh: bool
    jobs: int
    results: Path
    cache: Path
    steps: Callable[[str, int], AbstractContextManager[Tick]]
