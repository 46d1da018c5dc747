"""Running the drills: on one candidate, or on every champion of a site as it is now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry_gate.criteria import CRITERIA, Criterion
from registry_gate.drills.specimen import Specimen
from registry_gate.drills.table import DRILLS, Drill
from registry_gate.examination import look_up
from registry_gate.judging import judge
from registry_gate.ports import Artifacts
from registry_gate.terms import Evidence, Outcome, Thresholds, Verdict
from shared.adapters.database import SessionFactory
from shared.adapters.promotions import champions
from shared.adapters.sites import get_site
from shared.errors import NotEnoughData
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class Drilled:
    """What came of a drill.

    Attributes
    ----------
    expected : str or None
        The criterion that must refuse it; None if it must be promoted.
    refused_by : tuple of str
        Criteria it did not pass.
    holds : bool
        Whether the gate did what it must.
    """

    site_id: str
    variable: Variable
    drill: str
    expected: str | None
    outcome: Outcome
    refused_by: tuple[str, ...]
    holds: bool
    sentence: str


@dataclass(frozen=True)
class Prepared:
    """A drill with the evidence it made of a candidate."""

    drill: Drill
    site_id: str
    evidence: Evidence

    def judged(self, limits: Thresholds, criteria: Sequence[Criterion] = CRITERIA) -> Drilled:
        """Let the gate judge, and say whether it did what it must."""
        judgement = judge(self.evidence, limits, criteria)
        missed = [one for one in judgement.findings if one.verdict is not Verdict.PASS]
        refused_by = tuple(finding.criterion for finding in missed)
        promoted = judgement.outcome is Outcome.PROMOTE
        expected = self.drill.refused_by
        return Drilled(
            site_id=self.site_id,
            variable=self.evidence.variable,
            drill=self.drill.name,
            expected=expected,
            outcome=judgement.outcome,
            refused_by=() if promoted else refused_by,
            holds=promoted if expected is None else not promoted and expected in refused_by,
            sentence=judgement.reason,
        )


def prepare(good: Specimen, limits: Thresholds) -> Iterator[Prepared]:
    """Yield every drill that can be made of a candidate.

    Left out is what does not apply: R2 of the wind, a season nobody was tested in.
    """
    by_name = {row.name: row for row in CRITERIA}
    for drill in DRILLS:
        spoiled = drill.do(good, limits)
        if spoiled is None:
            continue
        evidence = spoiled.evidence()
        if drill.refused_by is None or by_name[drill.refused_by].applies.to(evidence):
            yield Prepared(drill, good.dossier.site_id, evidence)


def drill_site(
    sessions: SessionFactory, artifacts: Artifacts, limits: Thresholds, site_id: str | None = None
) -> Iterator[Drilled]:
    """Drill the gate with every champion there is, or those of one site; nothing is written.

    Raises
    ------
    ArtifactRefused
        A champion's own artifact is not what the database says.
    NotEnoughData
        There is no champion to drill with: that nothing was refused must not look like success.
    SiteUnknown
        There is no such site.
    """
    champion_ids = _champion_ids(sessions, site_id)
    if not champion_ids:
        where = f" at {site_id}" if site_id else ""
        raise NotEnoughData(f"There is no champion{where} yet to make drills of.")
    for candidate_id in champion_ids:
        dossier, known = look_up(sessions, candidate_id)
        artifact = artifacts.load(dossier.artifact_uri, dossier.artifact_sha256)
        good = Specimen.of(dossier, artifact, known)
        for prepared in prepare(good, limits):
            yield prepared.judged(limits)


def _champion_ids(sessions: SessionFactory, site_id: str | None) -> list[UUID]:
    with sessions.begin() as session:
        every = champions().subquery()
        query = select(every.c.candidate_id).order_by(every.c.site_id, every.c.variable)
        if site_id is not None:
            get_site(session, site_id)  # one that does not exist is said to
            query = query.where(every.c.site_id == site_id)
        return list(session.execute(query).scalars())
