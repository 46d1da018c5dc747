"""`climate events`: what has happened, what could not be handled, and having it tried again."""

import json
import sys
import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json, record_table
from local.command.records import Record, record_at, session_of
from local.home import Home
from local.narration.screen import Screen
from local.narration.sentences import tell_event
from local.stack.running import Stack
from shared.adapters.deliveries import dead_deliveries, retry_delivery, to_event
from shared.adapters.tables import events as events_table
from shared.contracts.events import EventType
from shared.contracts.queues import WORKERS, Service
from shared.errors import ClimateError

POLL_SECONDS = 1.0
# A transaction may commit after one that began later: so far back its event is looked for.
_LOOK_BACK = 500

_DEAD_COLUMNS = {
    "event_id": "Event",
    "type": "Type",
    "subject": "About",
    "consumer": "Not handled by",
    "attempts": "Attempts",
    "ended_at": "Given up",
    "last_error": "Why",
}

events = typer.Typer(
    help="What the services tell each other, and what could not be handled.", no_args_is_help=True
)
TypeOption = Annotated[EventType | None, typer.Option("--type", help="Only events of this type.")]
SiteOption = Annotated[str | None, typer.Option("--site", help="Only events of this site.")]


class EventUnknown(ClimateError):
    """No dead letter, or more than one event, answers to what was given."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(events, name="events", rich_help_panel="Models")


@events.command()
def dead(home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """List the events a service could not handle after all its attempts, with the reason."""
    with record_at(home) as session:
        letters = [_to_letter(row) for row in session.execute(dead_deliveries())]
    if as_json:
        print_json(letters)
        return
    Screen().say(record_table(letters, _DEAD_COLUMNS, none="Every event was handled."))
    if letters:
        Screen().say("[dim]Once mended:[/] climate events retry EVENT, or --all")


@events.command()
def retry(
    event: Annotated[
        str | None, typer.Argument(help="Its id, or how the id begins, as `dead` lists it.")
    ] = None,
    home: HomeOption = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every event given up.")] = False,
    consumer: Annotated[
        Service | None,
        typer.Option(help="Only for this service; for all that failed if not given."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Have an event handled again that was given up."""
    if (event is None) != everything:
        raise typer.BadParameter("give the id of an event, or --all.")
    if consumer is not None and consumer not in WORKERS:
        raise typer.BadParameter(f"{consumer} handles no events.", param_hint="--consumer")
    with record_at(home) as session:
        positions = _positions(session, event)
        n_owed = sum(retry_delivery(session, position, consumer) for position in positions)
    if as_json:
        print_json({"retried": n_owed})
        return
    what = "1 event" if n_owed == 1 else f"{n_owed} events"
    Screen().say(f"[green]✓[/] {what} will be handled again within seconds.")


@events.command()
def tail(
    home: HomeOption = None,
    *,
    site: SiteOption = None,
    of_type: TypeOption = None,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="So many of before.")] = 10,
    follow: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the latest events, then each one as it happens.

    It reads the log in the database, which has every event, whatever becomes of Redis.
    """
    stack = Stack.running_at(Home.at(home))
    seen: set[int] = set()
    with session_of(stack) as session:
        rows = _newest(session, _LOOK_BACK)
    while True:
        fresh = [row for row in rows if row.position not in seen]
        wanted = [row for row in fresh if _is_wanted(row, site, of_type)]
        _show(wanted if seen else wanted[len(wanted) - min(last, len(wanted)) :], as_json=as_json)
        seen = {row.position for row in rows} or {0}
        if not follow:
            return
        time.sleep(POLL_SECONDS)
        with session_of(stack) as session:
            rows = _newest(session, _LOOK_BACK)


def _newest(session: Session, limit: int) -> Sequence[Row[Any]]:
    """Return the latest events, oldest first."""
    query = select(events_table).order_by(events_table.c.position.desc()).limit(limit)
    return list(reversed(session.execute(query).all()))


def _is_wanted(row: Row[Any], site: str | None, of_type: EventType | None) -> bool:
    return (site is None or row.subject == f"sites/{site}") and of_type in {None, row.type}


def _show(rows: Sequence[Row[Any]], *, as_json: bool) -> None:
    for row in rows:
        if as_json:
            sys.stdout.write(_line(row) + "\n")
        else:
            Screen().say(f"[dim]{row.time:%Y-%m-%d %H:%M:%S} {row.type}[/] {_sentence(row)}")
    sys.stdout.flush()


def _sentence(row: Row[Any]) -> str:
    # One of a type this version does not know is shown as it is.
    return tell_event(to_event(row)) if row.type in set(EventType) else escape(str(row.data))


def _line(row: Row[Any]) -> str:
    known = {"id": str(row.event_id), "type": row.type, "time": row.time.isoformat()}
    rest = {"subject": row.subject, "correlation_id": str(row.correlation_id), "data": row.data}
    return json.dumps(known | rest, ensure_ascii=False)


def _to_letter(row: Row[Any]) -> Record:
    return {name: getattr(row, name) for name in (*_DEAD_COLUMNS, "data")}


def _positions(session: Session, beginning: str | None) -> set[int]:
    rows = session.execute(dead_deliveries()).all()
    if beginning is None:
        return {row.position for row in rows}
    found = {row.position for row in rows if str(row.event_id).startswith(beginning)}
    if len(found) != 1:
        which = "No" if not found else "More than one"
        raise EventUnknown(
            f"{which} event given up has an id like {beginning!r}: see `climate events dead`."
        )
    return found
