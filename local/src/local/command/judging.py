"""`climate audit`, `approve` and `rollback`: the gate's record, and what people have to say in it.

A person's word is written down as a job, which the gate alone carries out and records.
"""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json
from local.command.records import record_at
from local.narration.screen import Screen
from local.narration.sentences import WORDS
from shared.adapters.asking import ask_for_conclusion, ask_for_rollback
from shared.adapters.audit import Head
from shared.adapters.audit import audit as audit_record
from shared.adapters.promotions import line_of_champions
from shared.adapters.proposals import Proposal, list_proposals
from shared.adapters.sites import get_site
from shared.errors import DecisionRefused
from shared.forecasting.variables import Variable

ReasonOption = Annotated[
    str, typer.Option("--reason", help="One sentence why; it is kept for good.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (approve, rollback, audit):
        app.command(rich_help_panel="Models")(command)


def audit(
    home: HomeOption = None,
    *,
    noted: Annotated[
        str | None,
        typer.Option(
            "--noted",
            metavar="NUMBER:DIGEST",
            help="The head an earlier audit told: nothing before it may have changed since.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look whether every decision, promotion and forecast is still what was written.

    Exit code 1 where something is not. Keep the head it tells somewhere else, and give it to a
    later audit with --noted: then not even somebody who rewrites everything stays unseen.
    """
    head = _head(noted)
    with record_at(home) as session:
        found = audit_record(session, noted=head)
    if as_json:
        print_json({"head": str(found.head), "findings": found.findings})
    else:
        _tell_findings(found.findings)
        Screen().say(f"[dim]Head of the record:[/] {found.head}")
    if found.findings:
        raise typer.Exit(1)


def approve(
    candidate: Annotated[
        str | None, typer.Argument(help="Its id, or how the id begins; without, all are listed.")
    ] = None,
    home: HomeOption = None,
    *,
    decline: Annotated[bool, typer.Option("--decline", help="Keep the champion instead.")] = False,
    reason: ReasonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Promote a candidate that passed the gate and waits for a person, or decline it.

    Candidates wait where CLIMATE_GATE_APPROVAL is manual.
    """
    with record_at(home) as session:
        waiting = list_proposals(session)
        if candidate is not None:
            word = "reject" if decline else "promote"
            ids = [proposal.candidate_id for proposal in waiting]
            candidate_id = _beginning(candidate, ids, see="climate approve")
            who = getpass.getuser()
            job_id = ask_for_conclusion(
                session,
                candidate_id,
                "reject" if decline else "promote",
                asked_by=who,
                reason=reason or f"{'Declined' if decline else 'Approved'} by {who}.",
            )
    if candidate is not None:
        _tell_asked(job_id, f"to {word} candidate {candidate_id}", as_json=as_json)
    elif as_json:
        print_json([asdict(proposal) for proposal in waiting])
    else:
        Screen().say("\n".join(map(_line, waiting)) or "No candidate waits.")


def rollback(
    site: Annotated[str, typer.Argument(help="The site, as `climate sites` lists it.")],
    variable: Annotated[Variable, typer.Argument(help="Whose champion to take back.")],
    home: HomeOption = None,
    *,
    to: Annotated[
        str | None,
        typer.Option(
            help="The earlier champion's candidate id, or how it begins; the one before this one "
            "if not given."
        ),
    ] = None,
    reason: ReasonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take a champion back: an earlier one serves again, within seconds, everywhere."""
    with record_at(home) as session:
        get_site(session, site)  # one that does not exist is said to
        line = line_of_champions(session, site, variable)
        target = None if to is None else _beginning(to, line, see="climate decisions")
        who = getpass.getuser()
        job_id = ask_for_rollback(
            session,
            site,
            variable,
            to=target,
            asked_by=who,
            reason=reason or f"Asked for by {who}.",
        )
    what = f"to take back the champion of {site}, {WORDS[variable]}"
    _tell_asked(job_id, what, as_json=as_json)


def _line(waiting: Proposal) -> str:
    return (
        f"{str(waiting.candidate_id)[:8]}  {waiting.proposed_at:%Y-%m-%d %H:%M}  "
        f"{escape(waiting.site_id)}: {WORDS[waiting.variable]}\n  [dim]{escape(waiting.reason)}[/]"
    )


def _head(noted: str | None) -> Head | None:
    try:
        return None if noted is None else Head.parse(noted)
    except ValueError:
        raise typer.BadParameter(
            "a head is a number, a colon and a digest, as `climate audit` tells it.",
            param_hint="--noted",
        ) from None


def _tell_findings(findings: Sequence[str]) -> None:
    screen = Screen()
    for finding in findings:
        screen.say(f"[red]✗[/] {escape(finding)}")
    if not findings:
        screen.say("[green]✓[/] Every decision, promotion and forecast is as it was written.")


def _beginning(text: str, known: Sequence[UUID], *, see: str) -> UUID:
    """Return the candidate whose id begins so."""
    matching = [candidate for candidate in known if str(candidate).startswith(text)]
    if len(matching) != 1:
        which = "No" if not matching else "More than one"
        raise DecisionRefused(f"{which} such candidate has an id like {text!r}: see `{see}`.")
    return matching[0]


def _tell_asked(job_id: UUID, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"job_id": job_id})
        return
    Screen().say(
        f"[green]✓[/] The gate is asked {escape(what)}.\n"
        "It answers within seconds: `climate decisions`; what it could not do: `climate jobs`."
    )
