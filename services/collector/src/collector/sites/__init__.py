"""Places: where a name is (`geocoding`), and the rings kept around sites (`rings`)."""

from collector.sites.geocoding import FoundPlace, Geocoder, PlaceAmbiguous, PlaceUnknown
from collector.sites.rings import ensure_ring

__all__ = ["FoundPlace", "Geocoder", "PlaceAmbiguous", "PlaceUnknown", "ensure_ring"]
