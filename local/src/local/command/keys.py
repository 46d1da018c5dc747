"""`climate keys`: who may change state over HTTP, and what."""

from dataclasses import asdict
from typing import Annotated

import typer

from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json, record_table
from local.command.records import record_at
from local.narration.screen import Screen
from shared.adapters.keys import create_key, list_keys, revoke_key
from shared.contracts.keys import Scope

COLUMNS = {
    "key_id": "Key",
    "name": "Name",
    "scopes": "May change",
    "created_at": "Made",
    "revoked_at": "Revoked",
}

keys = typer.Typer(help="Keys for what changes state over HTTP.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(keys, name="keys", rich_help_panel="System")


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for you to know it by.")],
    home: HomeOption = None,
    *,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            help="What it may change: sites, work (collect, train), models (roll back). "
            "All of it if not given; may be repeated."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key. It is shown this once; only a digest of it is kept."""
    with record_at(home) as session:
        key = create_key(session, name, scope or list(Scope))
    if as_json:
        print_json({"key_id": key.key_id, "key": key.text})
        return
    screen = Screen()
    screen.say(f"[bold]{key.text}[/]")
    screen.say("Send it as X-API-Key. It is not kept here: note it down now.")


@keys.command("list")
def list_all(home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """List the keys, the newest first; what they are is not known any more."""
    with record_at(home) as session:
        found = [
            asdict(key) | {"scopes": ", ".join(sorted(key.scopes))} for key in list_keys(session)
        ]
    if as_json:
        print_json(found)
    else:
        Screen().say(record_table(found, COLUMNS, none="There are no keys: nobody may change."))


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key, as `climate keys list` names it.")],
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Take a key out of use, at once."""
    with record_at(home) as session:
        was_in_use = revoke_key(session, key_id)
    if as_json:
        print_json({"key_id": key_id, "revoked": was_in_use})
    else:
        said = "is revoked" if was_in_use else "was not in use"
        Screen().say(f"The key {key_id} {said}.")
    if not was_in_use:
        raise typer.Exit(1)
