"""What this process serves: immutable, replaced as a whole, read without locks.

A request takes the snapshot once and works with it alone, so no answer mixes two versions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from api.ports import Champion
from shared.contracts.sites import Site
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import Regressor
from shared.forecasting.history import DailyHistory
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class ServedModel:
    """A champion that is loaded and has passed every check."""

    champion: Champion
    document: ModelDocument
    regressor: Regressor
    loaded_at: datetime

    @property
    def seconds_from_promotion(self) -> float:
        """How long it took from the promotion until this process could serve it."""
        return (self.loaded_at - self.champion.promoted_at).total_seconds()


@dataclass(frozen=True)
class ServedForecast:
    """The forecast of one variable, and what made it.

    Attributes
    ----------
    forecast : VariableForecast or None
        None where nothing can be said, for want of observations.
    model : ServedModel or None
        None where climatology stands in.
    reason : str or None
        Why it is not a champion's.
    """

    forecast: VariableForecast | None
    model: ServedModel | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ServedSite:
    """A site with everything its answers are made of.

    Attributes
    ----------
    newest_known_at : datetime or None
        Marks the revision of the observations that `history` holds.
    forecasts : mapping of Variable to ServedForecast
        One for each forecast variable; made once, when the models or observations changed.
    """

    site: Site
    newest_known_at: datetime | None = None
    history: DailyHistory | None = None
    models: Mapping[Variable, ServedModel] = field(default_factory=lambda: MappingProxyType({}))
    forecasts: Mapping[Variable, ServedForecast] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def has_forecast(self) -> bool:
        """Whether there is a forecast of any variable."""
        return any(served.forecast is not None for served in self.forecasts.values())


@dataclass(frozen=True)
class Snapshot:
    """All sites this process serves, by id."""

    sites: Mapping[str, ServedSite] = field(default_factory=lambda: MappingProxyType({}))

    def with_site(self, served: ServedSite) -> "Snapshot":
        """Return a snapshot in which one site is renewed."""
        sites = {**self.sites, served.site.site_id: served}
        return replace(self, sites=MappingProxyType(sites))

    def only(self, site_ids: Iterable[str]) -> "Snapshot":
        """Return a snapshot of these sites alone, as far as it has them."""
        wanted = frozenset(site_ids)
        kept = {name: served for name, served in self.sites.items() if name in wanted}
        return replace(self, sites=MappingProxyType(kept))
