"""A provider's bad days over a real connection: each ends as it should, and is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from sqlalchemy import select

from collector.errors import SourceUnavailable
from collector.open_meteo.asking import Asking
from collector.open_meteo.assembly import simulated_endpoints
from collector.open_meteo.client import OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.payloads.store import SqlPayloadStore
from collector.ports import DaysRequest, Outcome, PlaceAnswer
from collector.recorded.faults import Fault
from collector.recorded.rules import Rule
from shared.adapters.database import SessionFactory
from shared.adapters.tables import payloads
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.forecasting.variables import Variable
from tests.support.open_meteo import NOW
from tests.support.recorded import RecordedServer

LONDON = Site("london", "London", 51.48, -0.45, 25.0, "Europe/London")
REQUEST = DaysRequest((DEFAULT_SITE, LONDON), date(2026, 1, 1), date(2026, 10, 31))

PASSING = (
    Fault.GATEWAY_PAGE,
    Fault.EMPTY_BODY,
    Fault.HANG,
    Fault.STALL,
    Fault.CUT_OFF,
    Fault.CUT_JSON,
    Fault.NOT_A_NUMBER,
)
#: Said of one place: its problem alone.
OF_A_PLACE = {
    Fault.TEXT: "not of the agreed shape",
    Fault.WRONG_UNITS: "was agreed",
    Fault.SHIFTED_ZONE: "offset of 3600 s",
    Fault.WRONG_DAYS: "times are not those",
    Fault.DUPLICATE_DAY: "",
    Fault.MISSING_DAY: "",
    Fault.TOO_SHORT: "values of",
    Fault.MISSING_SERIES: "missing required field",
    Fault.OTHER_PLACE: "km from the one asked for",
    Fault.NO_SECTION: "missing required field",
}
OF_ALL_PLACES = (Fault.MISSING_PLACE, Fault.SWAPPED_PLACES)
#: Numbers, or none: for the quality checks to judge.
OF_VALUES = (Fault.NULLS, Fault.IMPOSSIBLE)
OTHERS = (Fault.DELAY, Fault.REDIRECT, Fault.ERROR_CASE)  # the last: see the contract tests


@dataclass(frozen=True)
class Provider:
    """A provider that misbehaves when told to, and a client with little patience."""

    server: RecordedServer
    client: OpenMeteoClient
    sessions: SessionFactory

    def fetch(self, fault: Fault, *, place: int | None = None) -> dict[str, PlaceAnswer]:
        """Ask while the provider misbehaves once."""
        self.server.world.misbehave(Rule(fault, times=1, place=place, seconds=0.1))
        return self.client.fetch(REQUEST)

    def kept(self) -> list[tuple[str, bool]]:
        """Return what came of each request, and whether nothing was wrong with it."""
        query = select(payloads).order_by(payloads.c.payload_id)
        with self.sessions.begin() as session:
            return [(row.outcome, row.problem is None) for row in session.execute(query)]


@pytest.fixture
def provider(recorded: RecordedServer, sessions: SessionFactory) -> Iterator[Provider]:
    """Return a provider of two places."""
    patience = Patience(connect=1.0, read=0.5, whole=2.0, attempts=2, pause=0.0)
    fetcher = HttpFetcher("It", setting="X", is_remote=False, patience=patience)
    asking = Asking("open-meteo", fetcher, SqlPayloadStore(sessions), now=lambda: NOW)
    yield Provider(recorded, OpenMeteoClient(asking, simulated_endpoints(recorded.url)), sessions)
    fetcher.close()


def test_every_fault_there_is_has_its_place_here() -> None:
    assert {*PASSING, *OF_A_PLACE, *OF_ALL_PLACES, *OF_VALUES, *OTHERS} == set(Fault)


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_a_try(provider: Provider, fault: Fault) -> None:
    answers = provider.fetch(fault)
    assert all(answer.problem is None for answer in answers.values())
    assert provider.kept() == [(Outcome.UNAVAILABLE, False), (Outcome.ANSWERED, True)]


@pytest.mark.parametrize(("fault", "said"), list(OF_A_PLACE.items()))
def test_a_fault_of_one_place_is_its_problem_alone(
    provider: Provider, fault: Fault, said: str
) -> None:
    answers = provider.fetch(fault, place=1)
    assert answers[DEFAULT_SITE.site_id].problem is None
    assert answers["london"].history is None
    assert said in str(answers["london"].problem)
    assert provider.kept() == [(Outcome.ANSWERED, False)]


@pytest.mark.parametrize("fault", OF_ALL_PLACES)
def test_places_that_are_mixed_up_are_believed_in_nothing(provider: Provider, fault: Fault) -> None:
    answers = provider.fetch(fault)
    assert all(answer.history is None for answer in answers.values())
    assert provider.kept() == [(Outcome.ANSWERED, False)]


def test_a_value_that_cannot_be_passes_to_the_checks(provider: Provider) -> None:
    history = provider.fetch(Fault.IMPOSSIBLE)["london"].history
    assert history is not None
    assert max(column[np.isfinite(column)].max() for column in history.values.values()) > 5000


def test_values_that_are_null_are_missing(provider: Provider) -> None:
    history = provider.fetch(Fault.NULLS)["london"].history
    assert history is not None
    assert np.isnan(history.values[Variable.TEMPERATURE_MAX]).any()


def test_a_slow_answer_is_an_answer(provider: Provider) -> None:
    assert provider.fetch(Fault.DELAY)["london"].problem is None
    assert provider.kept() == [(Outcome.ANSWERED, True)]


def test_a_redirect_is_not_followed(provider: Provider) -> None:
    with pytest.raises(SourceUnavailable, match="no answer of its own"):
        provider.fetch(Fault.REDIRECT)
    assert provider.kept() == [(Outcome.UNAVAILABLE, False)]
