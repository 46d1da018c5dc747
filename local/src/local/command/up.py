"""`climate up`, `down`, `demo`: start and stop."""

import time
from typing import Annotated

import typer

from local.command.options import HomeOption, SourceOption
from local.foreground import run_in_foreground, start_in_background, stop, take_lock
from local.home import Home
from local.narration.addresses import address_lines
from local.narration.follower import Follower
from local.narration.screen import Screen
from local.stack.running import Stack
from local.stack.starting import Start
from local.supervision.leftovers import find_leftovers
from local.supervision.lock import StackLock
from shared.contracts.provenance import Source

DEMO_SECONDS = 20 * 60


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (up, down, demo):
        app.command(rich_help_panel="Run")(command)


def up(
    source: SourceOption = Source.OPEN_METEO,
    home: HomeOption = None,
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Run in the background.")] = False,
) -> None:
    """Start the whole system and say what happens; Ctrl-C stops it."""
    screen, place = Screen(), Home.at(home)
    lock = take_lock(place, screen)
    if lock is None:
        screen.say(f"It is running already, in {place.root}.")
        screen.say(address_lines(Stack.running_at(place)))
    elif detach:
        stack = start_in_background(Start(place, lock, source, attached=False, tell=screen))
        _tell_place(stack, screen)
        screen.say("It runs in the background: `climate status`, `climate logs`, `climate down`.")
    else:
        start = Start(place, lock, source, attached=True, tell=screen)
        run_in_foreground(start, watch=lambda stack: _watch(stack, screen))


def _tell_place(stack: Stack, screen: Screen) -> None:
    screen.say(address_lines(stack))
    if stack.record.source == Source.NONE:
        screen.say(
            "No weather is collected (CLIMATE_SOURCE=none): bring your own with "
            "`climate import FILE --site marrakech`."
        )


def _watch(stack: Stack, screen: Screen) -> None:
    _tell_place(stack, screen)
    screen.say("[dim]Ctrl-C stops everything.[/]")
    Follower(stack, screen).follow(until=lambda: False)


def down(home: HomeOption = None) -> None:
    """Stop everything that runs in a home, in order."""
    screen, place = Screen(), Home.at(home)
    lock = StackLock(place.lock)
    if not (lock.is_held() or find_leftovers(place)):
        screen.say(f"Nothing is running in {place.root}.")
        return
    with screen.step("Stopping everything"):
        stop(place)
        take_lock(place, screen)


def demo(source: SourceOption = Source.AUTO, home: HomeOption = None) -> None:
    """Run one cycle from data to forecast, print the forecast, and stop.

    Exit code 0 only if a promoted champion served the forecast.
    """
    screen, place = Screen(), Home.at(home)
    lock = take_lock(place, screen)
    followers: list[Follower] = []

    def watch(stack: Stack) -> None:
        follower = Follower(stack, screen)
        followers.append(follower)
        deadline = time.monotonic() + DEMO_SECONDS
        follower.follow(
            until=lambda: bool(
                follower.forecast or follower.failures or time.monotonic() > deadline
            )
        )

    if lock is None:
        watch(Stack.running_at(place))
    else:
        run_in_foreground(Start(place, lock, source, attached=True, tell=screen), watch)
    if not (followers and followers[0].forecast):
        screen.say("[red]No champion served a forecast.[/]")
        raise typer.Exit(1)
