"""A single finding of the quality checks, with the answer of the source it came in."""

from collections.abc import Sequence

from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from collector.errors import FindingRefused
from collector.quality.checks import CHECKS
from collector.quarantine import QuarantinedValue
from local.command.records import Record
from local.narration.sentences import WORDS
from shared.adapters.tables import payloads, quality_findings
from shared.forecasting.variables import VARIABLES, Variable

_SAYS = {check.name: check.says for check in CHECKS}


def finding_details(session: Session, finding_id: int) -> Record:
    """Return a finding and where it came from; raises `FindingRefused` where there is none."""
    query = (
        select(
            quality_findings,
            payloads.c.source,
            payloads.c.url,
            payloads.c.fetched_at,
            payloads.c.sha256,
            payloads.c.body.is_not(None).label("is_kept"),
        )
        .outerjoin(payloads, payloads.c.payload_id == quality_findings.c.payload_id)
        .where(quality_findings.c.finding_id == finding_id)
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise FindingRefused(
            f"There is no finding {finding_id}; `climate quarantine` lists those there are."
        )
    return dict(row)


def finding_lines(findings: Sequence[QuarantinedValue]) -> str:
    """Lay findings out, each with its reason; empty without any."""
    return "\n".join(
        f"[bold]{one.finding_id:>5}[/]  {escape(one.site_id)}, {one.valid_date}: "
        f"{WORDS[one.variable]} {_with_unit(one.value, one.variable)} [dim]({one.check})[/]\n"
        f"       [dim]{escape(one.reason)}[/]"
        for one in findings
    )


def finding_text(finding: Record) -> str:
    """Tell a finding in full."""
    variable = Variable(finding["variable"])
    place = f"{escape(finding['site_id'])}, {finding['valid_date']}"
    value = f"{WORDS[variable]} {_with_unit(finding['value'], variable)}"
    check = finding["check_name"]
    lines = [
        f"[bold]{finding['finding_id']}[/]  {place}: {value}, {finding['state']}",
        f"Found by the check {check}: {escape(finding['reason'])}",
        f"[dim]It looks for what is {_SAYS.get(check, 'no longer looked for')}.[/]",
        f"Found {finding['found_at']:%Y-%m-%d %H:%M} UTC{_origin(finding)}",
    ]
    if finding["resolved_at"] is not None:
        lines.append(
            f"Decided {finding['resolved_at']:%Y-%m-%d %H:%M} UTC by "
            f"{escape(finding['resolved_by'] or 'nobody')}"
        )
    if finding["state"] == "held":
        number = finding["finding_id"]
        release = "" if check == "bounds" else f"`climate quarantine release {number}` or "
        lines.append(f"{release}`climate quarantine drop {number}`")
    return "\n".join(lines)


def _with_unit(value: float, variable: Variable) -> str:
    return f"{value:g} {VARIABLES[variable].unit}"


def _origin(finding: Record) -> str:
    if finding["url"] is None:
        return "; the answer it came in is not kept any more."
    kept = "" if finding["is_kept"] else ", whose body is not kept any more"
    return (
        f" in an answer of {escape(finding['source'])} of {finding['fetched_at']:%Y-%m-%d %H:%M} "
        f"UTC{kept}:\n{escape(finding['url'])}"
    )
