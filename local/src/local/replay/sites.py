"""What a replay is made of: places and their days, from files or from the running system."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from collector.importing.reading import read_file
from collector.importing.table import untracked
from collector.ports import Days, days_of
from shared.adapters.observations import load_histories
from shared.adapters.sites import get_site, list_sites
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.errors import ClimateError

ALL = "all"
_PLACES = "places.csv"
_DAILY = "daily.csv"

#: The sites of a replay with what was recorded there, by id.
Recorded = dict[str, tuple[Site, Days]]


def from_files(data: Path, names: Sequence[str], *, today: date) -> Recorded:
    """Return the sites of a file, or those of a folder with a `places.csv` and a folder a site.

    Raises
    ------
    ClimateError
        A file is missing or cannot be read, or nothing says where a site is.
    """
    if data.is_dir():
        places = _places(data / _PLACES)
        wanted = sorted(places) if ALL in names else names
        return {name: (_site(data, name), _days(data / name / _DAILY, today)) for name in wanted}
    if len(names) > 1 or ALL in names:
        raise ClimateError(
            f"{data} is a file, of one site. For several, name a folder that holds {_PLACES} and "
            f"a folder a site with its {_DAILY}."
        )
    (name,) = names
    return {name: (_site(data, name), _days(data, today))}


def from_database(session: Session, names: Sequence[str]) -> Recorded:
    """Return the sites of a running system with all that was observed there.

    Raises
    ------
    ClimateError
        There is no such site, or nothing was observed there.
    """
    wanted = [site.site_id for site in list_sites(session)] if ALL in names else list(names)
    sites = {name: get_site(session, name) for name in wanted}
    histories = load_histories(session, wanted)
    missing = sorted(set(wanted) - set(histories))
    if missing:
        raise ClimateError(f"Nothing was observed yet at {', '.join(missing)}.")
    return {name: (sites[name], days_of(histories[name])) for name in wanted}


def spanned(recorded: Recorded, first: date | None, last: date | None) -> tuple[date, date]:
    """Return the days to replay: those asked for, else all but what the first training needs.

    Raises
    ------
    ClimateError
        The last is before the first, or a site has no day among them.
    """
    first = first or min(min(days) for _, days in recorded.values())
    last = last or max(max(days) for _, days in recorded.values())
    if last < first:
        raise ClimateError(f"--to {last} is before --from {first}.")
    for name, (_, days) in recorded.items():
        if not any(first <= day <= last for day in days):
            raise ClimateError(
                f"{name} was observed from {min(days)} to {max(days)}: no day from {first} to "
                f"{last} is among them."
            )
    return first, last


def _days(path: Path, today: date) -> Days:
    if not path.exists():
        raise ClimateError(f"There is no file {path}.")
    return read_file(path, today=today, track=untracked).days


def _site(data: Path, site_id: str) -> Site:
    """Return a site; `places.csv` lies in the folder of its file or in one of the two above."""
    for folder in [data, *data.absolute().parents[:2]]:
        found = _places(folder / _PLACES).get(site_id)
        if found is not None:
            return found
    if site_id == DEFAULT_SITE.site_id:
        return DEFAULT_SITE
    raise ClimateError(f"No {_PLACES} in or above {data} tells where {site_id!r} is.")


def _places(path: Path) -> dict[str, Site]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["place"]: _row(row) for row in csv.DictReader(file)}


def _row(row: dict[str, str]) -> Site:
    return Site(
        row["place"],
        row["place"].replace("-", " ").title(),
        float(row["latitude"]),
        float(row["longitude"]),
        float(row["elevation_m"]) if row["elevation_m"] else None,
        row["timezone"],
    )
