"""A neighbour: a place near a site whose weather of the last days says what is on its way."""

from dataclasses import dataclass

from shared.forecasting.history import DailyHistory


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A place near a site, with its observations.

    Attributes
    ----------
    place_id : str
        Unique among the neighbours of a site; features are named after it.
    bearing_degrees : float
        Direction as seen from the site, clockwise from north.
    distance_km : float
    history : DailyHistory
        Any variables over any days; what does not reach a reference date is missing there.
    """

    place_id: str
    bearing_degrees: float
    distance_km: float
    history: DailyHistory
