"""Places: where a name is (`geocoding`), which zone a place is in, and the rings kept around sites.

`ensure_rings` is called when a site is planned; the others when a person adds one.
"""

from collector.sites.geocoding import FoundPlace, Geocoder, PlaceAmbiguous, PlaceUnknown
from collector.sites.neighbourhood import ensure_rings
from collector.sites.zones import timezone_at

__all__ = [
    "FoundPlace",
    "Geocoder",
    "PlaceAmbiguous",
    "PlaceUnknown",
    "ensure_rings",
    "timezone_at",
]
