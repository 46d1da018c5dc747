"""How the sources answer and how good the data of each site is, in a line each.

The page about the data tells the rest.
"""

from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape
from sqlalchemy.orm import Session

from local.command.records import Record
from shared.adapters.data_quality.coverage import Coverage, coverage
from shared.adapters.data_quality.held import Findings, findings
from shared.adapters.data_quality.sources import SourceHealth
from shared.adapters.sites import list_sites
from shared.contracts.schedule import expected_date
from shared.contracts.sites import Site, SiteState

_DAYS = 365  # of the window a line is about
#: So many sites get a line each; those that need a look come first.
LINES_SHOWN = 20


def quality_records(session: Session, now: datetime) -> list[Record]:
    """Return how good the data of every site is, by site id; a few questions for all of them."""
    sites = list_sites(session)
    expected = {site.site_id: expected_date(now, site.timezone) for site in sites}
    covered = coverage(session, expected, windows=(_DAYS,))
    found = findings(session, list(expected))
    return [
        _record(site, covered.get(site.site_id), found.get(site.site_id, Findings()), now)
        for site in sites
    ]


def _record(site: Site, covered: Coverage | None, found: Findings, now: datetime) -> Record:
    window = covered.windows[_DAYS] if covered else None
    behind = (expected_date(now, site.timezone) - covered.last_date).days if covered else None
    return {
        "site_id": site.site_id,
        "state": site.state,
        "last_date": covered.last_date if covered else None,
        "stale_days": None if behind is None else max(behind, 0),
        "days": window.days if window else 0,
        "missing_days": window.days - window.observed_days if window else 0,
        "completeness": round(covered.completeness(_DAYS), 4) if covered else 0.0,
        "held": found.total("held"),
        "flagged": found.total("flagged"),
    }


def source_lines(sources: Sequence[SourceHealth]) -> str:
    """Tell which sources do not answer, a line each; nothing where all do."""
    return "\n".join(
        f"[red]✗[/] {source.source} has not answered since {source.failing_since:%H:%M} UTC: "
        f"{escape(source.last_problem or 'no reason is known')}; {_next_try(source)}"
        for source in sources
        if source.failing_since is not None
    )


def _next_try(source: SourceHealth) -> str:
    if source.left_alone_until is None:
        return "it is tried again by itself"
    return f"it is left alone until {source.left_alone_until:%H:%M:%S} UTC, then tried again"


def quality_lines(records: Sequence[Record]) -> str:
    """Tell how good the data is, a line a site; those that need a look come first."""
    if not records:
        return "There are no sites: `climate sites add NAME` adds one."
    ordered = sorted(records, key=_is_well)
    lines = [_line(record) for record in ordered[:LINES_SHOWN]]
    if len(ordered) > LINES_SHOWN:
        lines.append(f"[dim]and {len(ordered) - LINES_SHOWN:,} more sites[/]")
    return "\n".join(lines)


def _is_well(record: Record) -> bool:
    return record["stale_days"] == 0 and not record["missing_days"] and not record["held"]


def _line(record: Record) -> str:
    mark = "[green]✓[/]" if _is_well(record) else "[yellow]![/]"
    name = escape(record["site_id"])
    if record["last_date"] is None:
        return f"[yellow]![/] {name}: nothing observed yet{_paused(record)}"
    share = f"{int(record['completeness'] * 1000) / 10:g} % of the last {record['days']} days"
    parts = [_freshness(record), share, *_troubles(record)]
    return f"{mark} {name}: {', '.join(parts)}{_paused(record)}"


def _freshness(record: Record) -> str:
    if not record["stale_days"]:
        return f"up to date ({record['last_date']})"
    return f"[yellow]{_count(record['stale_days'], 'day')} behind[/] ({record['last_date']})"


def _troubles(record: Record) -> list[str]:
    troubles = []
    if record["missing_days"]:
        troubles.append(f"{_count(record['missing_days'], 'day')} missing")
    if record["held"]:
        troubles.append(f"{_count(record['held'], 'value')} held back (`climate quarantine`)")
    return troubles


def _paused(record: Record) -> str:
    return " [yellow](paused)[/]" if record["state"] is SiteState.PAUSED else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
