"""Asks Open-Meteo for the daily observations of a site; the simulator is asked the same way."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.answer import read_days
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.ports import Days, DaysRequest, GuidanceAnswer, PlaceAnswer, is_empty
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

# The archive's newest days come late at times; the forecast host has them, as analyses and short
# forecasts, and the archive replaces them when it catches up.
_ARCHIVE_MAY_LAG = timedelta(days=10)

_PROBE_PATIENCE = Patience(connect=3.0, read=5.0, whole=6.0, attempts=1)
_PROBE_DAY = date(2020, 1, 1)


@dataclass(frozen=True)
class OpenMeteoClient:
    """An `ObservationSource` in Open-Meteo's language.

    Attributes
    ----------
    fetcher : HttpFetcher
        Gets the bytes.
    archive_url, forecast_url : str
        The reanalysis, and the host that has the newest days.
    """

    fetcher: HttpFetcher
    archive_url: str
    forecast_url: str

    def fetch(self, request: DaysRequest) -> dict[str, PlaceAnswer]:
        """Return the answer for each place."""
        return {place.site_id: self._answer(place, request) for place in request.places}

    def guidance(self, request: DaysRequest) -> dict[str, GuidanceAnswer]:
        """Return what was forecast for each place."""
        return {place.site_id: GuidanceAnswer(None) for place in request.places}

    def _answer(self, site: Site, request: DaysRequest) -> PlaceAnswer:
        try:
            days = self._days(site, request.first, request.last)
        except SourceRefused as problem:
            return PlaceAnswer(None, problem=problem)
        return PlaceAnswer(DailyHistory.from_days(days))

    def _days(self, site: Site, first: date, last: date) -> Days:
        days = dict(self._ask(self.archive_url, site, first, last))
        late = [day for day in days if day > last - _ARCHIVE_MAY_LAG and is_empty(days[day])]
        if late:
            newest = self._ask(self.forecast_url, site, late[0], late[-1])
            days |= {day: newest[day] for day in late}
        return days

    def answers(self) -> bool:
        """Say, within seconds, whether the source can be reached at all."""
        probe = replace(self, fetcher=replace(self.fetcher, patience=_PROBE_PATIENCE))
        try:
            probe._days(DEFAULT_SITE, _PROBE_DAY, _PROBE_DAY)  # noqa: SLF001 - its own kind
        except (SourceUnavailable, SourceRefused):
            return False
        return True

    def _ask(self, url: str, site: Site, first: date, last: date) -> Days:
        parameters = {
            "latitude": f"{site.latitude:.4f}",
            "longitude": f"{site.longitude:.4f}",
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "daily": ",".join(Variable),
            "timezone": "GMT",
        }
        if site.elevation is not None:
            parameters["elevation"] = f"{site.elevation:g}"
        return read_days(self.fetcher.get(url, parameters), first, last)
