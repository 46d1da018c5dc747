"""`climate sites`: the places forecasts are made for."""

import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy.orm import Session

from collector.settings import GeocodingSettings
from collector.sites import FoundPlace, Geocoder, PlaceAmbiguous
from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json, record_table
from local.command.records import known_sites, record_at, session_of
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.site_states import (
    Added,
    Changed,
    pause_site,
    register_site,
    remove_site,
    resume_site,
)
from shared.adapters.timezones import timezone_at, use_packaged_timezones
from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState, new_site
from shared.errors import SiteRefused
from shared.settings import load

SITE_COLUMNS = {
    "site_id": "Site",
    "state": "State",
    "provenance": "Source",
    "ring_points": "Ring",
    "days": "Days",
    "first_date": "From",
    "last_date": "To",
}

sites = typer.Typer(help="The places forecasts are made for.", invoke_without_command=True)
SiteArgument = Annotated[str, typer.Argument(help="The site, as `climate sites` lists it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(sites, name="sites", rich_help_panel="Data")


@sites.callback()
def list_sites(
    context: typer.Context, home: HomeOption = None, *, as_json: JsonOption = False
) -> None:
    """List the sites and how far back their observations go."""
    if context.invoked_subcommand is not None:
        return
    with record_at(home) as session:
        found = known_sites(session)
    if as_json:
        print_json(found)
    else:
        Screen().say(record_table(found, SITE_COLUMNS, none="There are no sites."))


@sites.command()
def add(  # noqa: PLR0913 - what can be said of a place
    name: Annotated[str, typer.Argument(help="What the place is called.")],
    home: HomeOption = None,
    *,
    latitude: Annotated[
        float | None, typer.Option(help="Degrees north; with --longitude instead of a search.")
    ] = None,
    longitude: Annotated[float | None, typer.Option(help="Degrees east.")] = None,
    elevation: Annotated[
        float | None, typer.Option(help="Metres above the sea; the ground's if not given.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Such as Africa/Casablanca; that of the place if not given.")
    ] = None,
    site_id: Annotated[
        str | None, typer.Option("--id", help="The site's id; made of the name if not given.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Where to look for the name: MA or Morocco.")
    ] = None,
    choose: Annotated[
        int | None, typer.Option(min=1, help="The place of this number, of several of the name.")
    ] = None,
    imported: Annotated[
        bool, typer.Option("--imported", help="For files of yours: never collected.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Add a site, by its position or by its name alone.

    A name is looked up by Open-Meteo. Of several places you are asked for one; where nobody can be
    asked, they are listed, nothing is added and the exit code is 1.
    """
    use_packaged_timezones()
    stack = Stack.running_at(Home.at(home))
    if latitude is None and longitude is None:
        place = _looked_up(name, country, choose, as_json=as_json)
        name, latitude, longitude = place.name, place.latitude, place.longitude
        elevation = place.elevation if elevation is None else elevation
        timezone = timezone or place.timezone
    if latitude is None or longitude is None:
        raise SiteRefused("Give --latitude and --longitude, or neither to have the name looked up.")
    site = new_site(
        name,
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        timezone=timezone or timezone_at(latitude, longitude),
        site_id=site_id,
    )
    if imported:
        site = replace(site, provenance=Provenance.IMPORTED)
    with session_of(stack) as session:
        added = register_site(session, site)
    if as_json:
        print_json({"site": asdict(added.site), "is_back": added.is_back})
    else:
        Screen().say(_words_of(added))


@sites.command()
def pause(site: SiteArgument, home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """Stop collecting and training a site; it is shown and served on."""
    _change(pause_site, site, home, as_json=as_json)


@sites.command()
def resume(site: SiteArgument, home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """Collect and train a paused site again; the days in between are made up for."""
    _change(resume_site, site, home, as_json=as_json)


@sites.command()
def remove(site: SiteArgument, home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """Take a site out of every list; all that was observed and forecast is kept.

    Adding it again, at the same place, takes it up where it was left.
    """
    _change(remove_site, site, home, as_json=as_json)


def _looked_up(name: str, country: str | None, choose: int | None, *, as_json: bool) -> FoundPlace:
    """Return the place of a name; of several the chosen one, if there is somebody to ask."""
    geocoder = Geocoder(load(GeocodingSettings).open_meteo_geocoding_url)
    try:
        return geocoder.find_one(name, country=country, choice=choose)
    except PlaceAmbiguous as several:
        if as_json:
            print_json({"choices": [place.model_dump() for place in several.places]})
        if as_json or not someone_can_be_asked():
            raise
        Screen().say(escape(several.listing))
        number: int = typer.prompt("Number of the place", type=int)
        return geocoder.find_one(name, country=country, choice=number)


def someone_can_be_asked() -> bool:
    """Say whether there is a person at the other end."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _words_of(added: Added) -> str:
    site = added.site
    where = f"{site.latitude:.4f}, {site.longitude:.4f}, {site.timezone}"
    if added.is_back:
        return f"[green]✓[/] {escape(site.name)} is back as {site.site_id} [dim]({where})[/]"
    return f"[green]✓[/] {escape(site.name)} is added as {site.site_id} [dim]({where})[/]\n" + (
        f"Give it observations: `climate import FILE --site {site.site_id}`."
        if site.provenance is Provenance.IMPORTED
        else "Its weather is collected from now on, history first: `climate status`."
    )


def _change(
    change: Callable[[Session, str], Changed], site_id: str, home: Path | None, *, as_json: bool
) -> None:
    with record_at(home) as session:
        changed = change(session, site_id)
    if as_json:
        print_json({"site": asdict(changed.site), "jobs": changed.n_jobs})
        return
    jobs = "taken up again" if changed.site.state is SiteState.ACTIVE else "cancelled"
    Screen().say(
        f"[green]✓[/] {site_id} is {changed.site.state}"
        + (f"; unfinished jobs {jobs}: {changed.n_jobs}" if changed.n_jobs else "")
    )
