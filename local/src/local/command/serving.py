"""`climate forecast`: what the API serves."""

import typer

from local.command.options import HomeOption, JsonOption, SiteOption
from local.command.printing import print_json
from local.home import Home
from local.narration.forecast import fetch_forecast, forecast_table
from local.narration.screen import Screen
from local.ports import Listener
from local.stack.running import Stack
from shared.contracts.sites import DEFAULT_SITE


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Models")(forecast)


def forecast(
    site: SiteOption = DEFAULT_SITE.site_id, home: HomeOption = None, *, as_json: JsonOption = False
) -> None:
    """Print the forecast for the coming days."""
    stack = Stack.running_at(Home.at(home))
    found = fetch_forecast(stack.record.url(Listener.API), site)
    if as_json:
        print_json(found)
    else:
        Screen().say(forecast_table(found))
