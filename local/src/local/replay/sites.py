"""The sites of a replay: the default one, and those of a `places.csv` beside their data."""

import csv
from pathlib import Path

from shared.contracts.sites import DEFAULT_SITE, Site
from shared.errors import ClimateError

_PLACES = "places.csv"


def site_of(site_id: str, data: Path) -> Site:
    """Return a site; `places.csv` lies in the folder of its file or in the one above.

    Raises
    ------
    ClimateError
        Nothing says where it is.
    """
    if site_id == DEFAULT_SITE.site_id:
        return DEFAULT_SITE
    for folder in data.absolute().parents[:2]:
        found = _places(folder / _PLACES).get(site_id)
        if found is not None:
            return found
    raise ClimateError(f"No {_PLACES} in or above the folder of {data} tells where {site_id} is.")


def _places(path: Path) -> dict[str, Site]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["place"]: _site(row) for row in csv.DictReader(file)}


def _site(row: dict[str, str]) -> Site:
    return Site(
        row["place"],
        row["place"].replace("-", " ").title(),
        float(row["latitude"]),
        float(row["longitude"]),
        float(row["elevation_m"]) if row["elevation_m"] else None,
        row["timezone"],
    )
