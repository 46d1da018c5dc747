"""Asks Open-Meteo for days and guidance of many places; the simulator is asked the same way.

plan calls ─> (for each) wait for a turn ─> exchange ─> keep the answer ─> read it ─> join the parts
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from collector.errors import SourceRefused
from collector.open_meteo.asking import Asking, Part
from collector.open_meteo.calls import GUIDANCE, MAX_WEIGHT, OBSERVED, Call, Endpoint, plan_calls
from collector.open_meteo.days import guidance_of, history_of
from collector.open_meteo.read import Columns
from collector.ports import DaysRequest, GuidanceAnswer, PayloadSpan, PlaceAnswer
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs.guidance import Guidance

_A_DAY = timedelta(days=1)
_PROBE_DAY = date(2020, 1, 1)

_Days = TypeVar("_Days", DailyHistory, Guidance)


@dataclass(frozen=True)
class Endpoints:
    """Whom to ask for what.

    Attributes
    ----------
    archive : Endpoint
        The reanalysis: one consistent truth, some days late.
    forecast : Endpoint
        Analyses and short forecasts of the newest days.
    guidance : Endpoint
        What was forecast one to seven days before.
    archive_lag : timedelta
        How late the archive may be: days up to today less this come from it.
    """

    archive: Endpoint
    forecast: Endpoint
    guidance: Endpoint
    archive_lag: timedelta


@dataclass(frozen=True)
class OpenMeteoClient:
    """An `ObservationSource` in Open-Meteo's language.

    Attributes
    ----------
    asking : Asking
        Makes the calls.
    endpoints : Endpoints
        Where.
    max_weight : float
        Of one call, so that it fits into what a minute allows.
    """

    asking: Asking
    endpoints: Endpoints
    max_weight: float = MAX_WEIGHT

    def fetch(self, request: DaysRequest) -> dict[str, PlaceAnswer]:
        """Return the observed days of each place, by its site id: see `ObservationSource`."""
        archived = self.asking.now().date() - self.endpoints.archive_lag
        settled = (request.first, min(request.last, archived))
        newest = (max(request.first, archived + _A_DAY), request.last)
        calls = [
            *plan_calls(self.endpoints.forecast, OBSERVED, request.places, newest, self.max_weight),
            *plan_calls(self.endpoints.archive, OBSERVED, request.places, settled, self.max_weight),
        ]
        parts = self.asking.ask(calls, leaves_reserve=request.leaves_reserve)
        return {
            site_id: PlaceAnswer(*_joined(found, history_of, DailyHistory))
            for site_id, found in parts.items()
        }

    def guidance(self, request: DaysRequest) -> dict[str, GuidanceAnswer]:
        """Return what was forecast for each place on reference dates: see `ObservationSource`."""
        span = (request.first, request.last)
        endpoint = self.endpoints.guidance
        calls = list(plan_calls(endpoint, GUIDANCE, request.places, span, self.max_weight))
        parts = self.asking.ask(calls, leaves_reserve=request.leaves_reserve)
        return {
            site_id: GuidanceAnswer(*_joined(found, guidance_of, Guidance))
            for site_id, found in parts.items()
        }

    def answers(self) -> bool:
        """Say, within seconds, whether the source can be reached at all."""
        endpoint = self.endpoints.archive
        return self.asking.gets_through(
            Call(endpoint, OBSERVED, (DEFAULT_SITE,), _PROBE_DAY, _PROBE_DAY)
        )


def _joined(
    parts: list[Part],
    assemble: Callable[[Columns, date], _Days],
    kind: Callable[..., _Days],
) -> tuple[_Days | None, tuple[PayloadSpan, ...], SourceRefused | None]:
    """Return the parts of one place as one piece, what it was read from, and what is wrong."""
    in_order = sorted(parts, key=lambda part: part.first)
    spans = tuple(PayloadSpan(part.first, part.payload_id) for part in in_order)
    pieces: list[_Days] = []
    for part in in_order:
        if isinstance(part.columns, SourceRefused):
            return None, spans, part.columns
        pieces.append(assemble(part.columns, part.first))
    if len(pieces) == 1:
        return pieces[0], spans, None
    names = pieces[0].values
    values = {name: np.concatenate([piece.values[name] for piece in pieces]) for name in names}
    return kind(pieces[0].first_date, values), spans, None
