"""The use case: what the gate says of the newest candidates as it is set up now; nothing is kept.

For whoever changes a threshold, or asks why a candidate was kept out: the judgement is made anew,
of the same evidence, by the code and settings that decide.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from registry_gate.evidence import Dossier
from registry_gate.examination import examine, look_up
from registry_gate.judging import judge
from registry_gate.ports import Artifacts
from registry_gate.terms import Finding, Outcome, Thresholds
from shared.adapters.database import SessionFactory
from shared.adapters.sites import get_site
from shared.adapters.tables import candidates
from shared.errors import NotEnoughData
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class Opinion:
    """What the gate says of a candidate now.

    Attributes
    ----------
    beside : UUID or None
        The champion it was compared with; None if there is none but itself.
    serves : bool
        Whether the candidate is the champion.
    """

    site_id: str
    variable: Variable
    candidate_id: UUID
    train_cutoff: date
    beside: UUID | None
    serves: bool
    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the opinion for JSON; of findings what the ledger would keep."""
        return asdict(self) | {"findings": [finding.as_json() for finding in self.findings]}


def newest_opinions(
    sessions: SessionFactory, artifacts: Artifacts, limits: Thresholds, site_id: str | None = None
) -> Iterator[Opinion]:
    """Judge the newest candidate of each variable of each site, or of one site, again.

    Raises
    ------
    NotEnoughData
        No training has brought a candidate yet.
    SiteUnknown
        There is no such site.
    """
    with sessions.begin() as session:
        newest = _newest(session, site_id)
    if not newest:
        where = f" of {site_id}" if site_id else ""
        raise NotEnoughData(f"No training{where} has brought a candidate to judge yet.")
    for candidate_id in newest:
        dossier, known = look_up(sessions, candidate_id)
        serves = dossier.champion_id == candidate_id
        judged = _as_the_first(dossier) if serves else dossier
        evidence = judged.evidence(examine(artifacts, judged, known))
        judgement = judge(evidence, limits)
        yield Opinion(
            site_id=dossier.site_id,
            variable=dossier.variable,
            candidate_id=candidate_id,
            train_cutoff=dossier.train_cutoff,
            beside=judged.champion_id,
            serves=serves,
            outcome=judgement.outcome,
            reason=judgement.reason,
            findings=judgement.findings,
        )


def tell_opinions(opinions: Iterable[Opinion], to: TextIO, *, as_json: bool) -> None:
    """Write each opinion as soon as there is one: for a person, or an object a line."""
    for one in opinions:
        to.write((json.dumps(one.as_json(), default=str) if as_json else _lines(one)) + "\n")
        to.flush()


def _lines(one: Opinion) -> str:
    found = (
        f"  {finding.verdict:12}  {finding.criterion}: {finding.reason}" for finding in one.findings
    )
    head = f"{one.site_id} {one.variable}, data to {one.train_cutoff}: {one.outcome}. {one.reason}"
    return "\n".join((head, *found))


def _as_the_first(dossier: Dossier) -> Dossier:
    """Return the dossier of a champion without itself to compare it with."""
    return replace(dossier, champion_id=None, champion_cases=None, champion_age_days=None)


def _newest(session: Session, site_id: str | None) -> list[UUID]:
    """Return the newest candidate of each site and variable, in their order."""
    of = (candidates.c.site_id, candidates.c.variable)
    query = (
        select(candidates.c.candidate_id)
        .ext(distinct_on(*of))
        .order_by(*of, candidates.c.registered_at.desc(), candidates.c.candidate_id)
    )
    if site_id is not None:
        get_site(session, site_id)  # one that does not exist is said to
        query = query.where(candidates.c.site_id == site_id)
    return list(session.execute(query).scalars())
