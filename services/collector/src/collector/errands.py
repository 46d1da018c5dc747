"""Does jobs together: those that want the same days of the same source make one trip to it.

A trip is small: what it brings is stored before the next one begins, so that memory stays flat in
the number of sites, and a budget that ends in the middle costs nothing that was fetched before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from collector.ports import DaysRequest
from shared.adapters.ledger import Job
from shared.adapters.runner import Effect, Result, no_effect
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site
from shared.errors import ClimateError

#: The source counts so many days of a place as one call.
DAYS_IN_A_CALL = 14

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Errand:
    """What a job wants from a source.

    Attributes
    ----------
    job : Job
    provenance : Provenance
        Of which source.
    places : tuple of Site
        The site, points of its ring, or both.
    first, last : date
        Days, both included.
    can_wait : bool
        Whether the reserve of the source's budget is for others.
    """

    job: Job
    provenance: Provenance
    places: tuple[Site, ...]
    first: date
    last: date
    can_wait: bool = False

    @property
    def weight(self) -> float:
        """About what it takes of the source's budget, in calls."""
        n_days = (self.last - self.first).days + 1
        return len(self.places) * max(1.0, n_days / DAYS_IN_A_CALL)


def run_errands(
    jobs: Sequence[Job],
    *,
    most_weight: float,
    errand_of: Callable[[Job], Errand | None],
    ask: Callable[[Provenance, DaysRequest], Mapping[str, Answer]],
    effect_of: Callable[[Errand, Mapping[str, Answer]], Effect],
) -> Iterator[Result]:
    """Do jobs together, yielding what becomes of each as soon as it is known.

    Parameters
    ----------
    most_weight : float
        Of a trip, in calls; an errand that is heavier by itself goes alone.
    errand_of : Callable
        What a job wants; None if there is nothing to do.
    ask : Callable
        Makes a trip. An error it raises is that of all jobs not yet done.
    effect_of : Callable
        What to write, from the answers of the errand's places; may refuse by a `ClimateError`.
    """
    errands = []
    for job in jobs:
        try:
            errand = errand_of(job)
        except ClimateError as error:
            yield job, error
            continue
        if errand is None:
            yield job, no_effect
        else:
            errands.append(errand)
    for trip in trips_of(errands, most_weight):
        answers = ask(trip[0].provenance, _request_of(trip))
        for errand in trip:
            theirs = {place.site_id: answers[place.site_id] for place in errand.places}
            try:
                yield errand.job, effect_of(errand, theirs)
            except ClimateError as error:
                yield errand.job, error


def trips_of(errands: Iterable[Errand], most_weight: float) -> Iterator[list[Errand]]:
    """Yield errands that can be done in one trip, the light ones first."""
    alike: dict[tuple[object, ...], list[Errand]] = {}
    for errand in errands:
        wants = (errand.provenance, errand.first, errand.last, errand.can_wait)
        alike.setdefault(wants, []).append(errand)
    for group in sorted(alike.values(), key=lambda group: group[0].weight):
        trip: list[Errand] = []
        for errand in group:
            if trip and sum(one.weight for one in trip) + errand.weight > most_weight:
                yield trip
                trip = []
            trip.append(errand)
        yield trip


def _request_of(trip: Sequence[Errand]) -> DaysRequest:
    places = {place.site_id: place for errand in trip for place in errand.places}
    one = trip[0]
    return DaysRequest(tuple(places.values()), one.first, one.last, leaves_reserve=one.can_wait)
