"""What this process serves: immutable, replaced as a whole, read without locks.

A request takes the snapshot once and works with it alone, so no answer mixes two versions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from api.ports import Champion
from shared.contracts.sites import Site
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import Regressor
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
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


class Rung(StrEnum):
    """Who may answer for a variable, the best first; never a made-up value."""

    CHAMPION = "champion"
    PREVIOUS_CHAMPION = "previous_champion"
    CLIMATOLOGY = "climatology"
    NONE = "none"


@dataclass(frozen=True)
class ServedForecast:
    """The forecast of one variable, and what made it.

    Attributes
    ----------
    forecast : VariableForecast or None
        None where nothing can be said, for want of observations.
    rung : Rung
        Which rung of the ladder answers.
    model : ServedModel or None
        None where climatology stands in.
    reason : str or None
        Why it is not a champion's.
    """

    forecast: VariableForecast | None
    rung: Rung
    model: ServedModel | None = None
    reason: str | None = None

    @property
    def is_fallback(self) -> bool:
        """Whether the champion's own fallback answered, for want of neighbours or guidance."""
        if self.forecast is None or self.model is None:
            return False
        return self.forecast.feature_fingerprint != self.model.document.feature_fingerprint


@dataclass(frozen=True)
class ServedSite:
    """A site with everything its answers are made of.

    Attributes
    ----------
    newest_known_at : datetime or None
        Marks the revision of the site's own observations that `inputs` holds.
    inputs : ForecastInputs or None
        All that was known when it was last looked at; None before anything was observed.
    looked_at : datetime or None
        When that was.
    epochs : mapping of Variable to int
        Of the champions that should be served, whether they could be loaded or not.
    forecasts : mapping of Variable to ServedForecast
        One for each forecast variable; made once, when the models or observations changed.
    """

    site: Site
    newest_known_at: datetime | None = None
    inputs: ForecastInputs | None = None
    looked_at: datetime | None = None
    models: Mapping[Variable, ServedModel] = field(default_factory=lambda: MappingProxyType({}))
    epochs: Mapping[Variable, int] = field(default_factory=lambda: MappingProxyType({}))
    forecasts: Mapping[Variable, ServedForecast] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def history(self) -> DailyHistory | None:
        """The site's own observations."""
        return None if self.inputs is None else self.inputs.own

    @property
    def misses_inputs(self) -> bool:
        """Whether a champion had to do without neighbours or guidance that it would look at."""
        return any(served.is_fallback for served in self.forecasts.values())

    @property
    def has_forecast(self) -> bool:
        """Whether there is a forecast of any variable."""
        return any(served.forecast is not None for served in self.forecasts.values())


@dataclass(frozen=True)
class Snapshot:
    """All sites this process serves, by id.

    Attributes
    ----------
    layout : object
        Another one whenever a site comes, goes or moves; the same while sites are only renewed.
    """

    sites: Mapping[str, ServedSite] = field(default_factory=lambda: MappingProxyType({}))
    layout: object = field(default_factory=object, compare=False)

    def with_site(self, served: ServedSite) -> "Snapshot":
        """Return a snapshot in which one site is renewed."""
        known = self.sites.get(served.site.site_id)
        sites = {**self.sites, served.site.site_id: served}
        is_where_it_was = known is not None and known.site.position == served.site.position
        layout = self.layout if is_where_it_was else object()
        return replace(self, sites=MappingProxyType(sites), layout=layout)

    def only(self, site_ids: Iterable[str]) -> "Snapshot":
        """Return a snapshot of these sites alone, as far as it has them."""
        wanted = frozenset(site_ids)
        kept = {name: served for name, served in self.sites.items() if name in wanted}
        return replace(self, sites=MappingProxyType(kept), layout=object())
