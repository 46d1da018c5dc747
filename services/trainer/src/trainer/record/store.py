"""The trainer's rows: contenders, candidates, and what it reads of champions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.adapters.promotions import current_champion
from shared.adapters.tables import candidates, contenders
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import ModelDocument, Recipe
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from trainer.ports import TrackedRun
from trainer.selection import Entry, Score


@dataclass(frozen=True)
class ChampionRecipe:
    """The recipe of the model in service, to be backtested on the contenders' folds."""

    candidate_id: UUID
    recipe: Recipe


@dataclass(frozen=True)
class ChampionCases:
    """How the champion's recipe fared on the contenders' folds."""

    candidate_id: UUID
    cases: PairedCases


@dataclass(frozen=True)
class FittedContender:
    """A contender with all that was recorded of it elsewhere."""

    document: ModelDocument
    cases: PairedCases
    champion: ChampionCases | None
    run: TrackedRun
    artifact_sha256: str
    training_seconds: float


@dataclass(frozen=True)
class Entrant:
    """A contender's row as the contest needs it."""

    contender_id: UUID
    entry: Entry
    run: TrackedRun
    cases: PairedCases


@dataclass(frozen=True)
class Winner:
    """The entrant that won for a variable, the ranking it leads, and its place in the registry.

    Attributes
    ----------
    wins : mapping of Family to float
        In which share of bootstrap samples each contender leads.
    """

    variable: Variable
    entrant: Entrant
    ranking: Sequence[Score]
    wins: Mapping[Family, float]
    model: str
    version: str

    @property
    def contest(self) -> list[dict[str, float | str]]:
        """The whole ranking with its parts, as it is stored."""
        return [score.as_json() | {"wins": self.wins[score.family]} for score in self.ranking]


def champion_recipe(
    session: Session, site_id: str, variable: Variable, family: Family
) -> ChampionRecipe | None:
    """Return the recipe of a site's champion if it is of a family."""
    champion = current_champion(session, site_id, variable)
    if champion is None or champion.family != family:
        return None
    recipe = Recipe.model_validate(champion.recipe, strict=False)
    return ChampionRecipe(champion.candidate_id, recipe)


def add_contender(
    session: Session, fitted: FittedContender, *, job_id: UUID, training_id: UUID
) -> None:
    """Write a contender's row, unless it is there."""
    document, lineage = fitted.document, fitted.document.lineage
    row = {
        "job_id": job_id,
        "training_id": training_id,
        "site_id": document.site_id,
        "variable": document.variable,
        "family": document.family,
        "recipe": document.recipe.model_dump(mode="json"),
        "metrics": document.metrics,
        "training_seconds": fitted.training_seconds,
        "train_cutoff": lineage.train_cutoff,
        "feature_fingerprint": document.feature_fingerprint,
        "data_hash": lineage.data_hash,
        "git_commit": lineage.git_commit,
        "mlflow_run_id": fitted.run.run_id,
        "artifact_uri": fitted.run.artifact_uri,
        "artifact_sha256": fitted.artifact_sha256,
        "cases": fitted.cases.to_npz(),
    }
    if fitted.champion is not None:
        row["champion_candidate_id"] = fitted.champion.candidate_id
        row["champion_cases"] = fitted.champion.cases.to_npz()
    session.execute(insert(contenders).values(row).on_conflict_do_nothing())


def contests(session: Session, training_id: UUID) -> dict[Variable, list[Entrant]]:
    """Return the contenders of a training, by variable; only variables that have any."""
    needed = ("contender_id", "variable", "family", "metrics", "training_seconds")
    kept = ("mlflow_run_id", "artifact_uri", "cases")
    rows = session.execute(
        select(*(contenders.c[name] for name in (*needed, *kept)))
        .where(contenders.c.training_id == training_id)
        .order_by(contenders.c.variable, contenders.c.family)
    )
    entered: dict[Variable, list[Entrant]] = {}
    for row in rows:
        entrant = Entrant(
            contender_id=row.contender_id,
            entry=Entry(Family(row.family), row.metrics, row.training_seconds),
            run=TrackedRun(row.mlflow_run_id, row.artifact_uri),
            cases=PairedCases.from_npz(row.cases),
        )
        entered.setdefault(Variable(row.variable), []).append(entrant)
    return entered


def add_candidate(
    session: Session, winner: Winner, *, site_id: str, training_id: UUID
) -> UUID | None:
    """Write the winner of a contest down; return its id if it is new."""
    row = {
        "contender_id": winner.entrant.contender_id,
        "training_id": training_id,
        "site_id": site_id,
        "variable": winner.variable,
        "family": winner.entrant.entry.family,
        "score": winner.ranking[0].score,
        "contest": winner.contest,
        "mlflow_model": winner.model,
        "mlflow_version": winner.version,
    }
    statement = (
        insert(candidates).values(row).on_conflict_do_nothing().returning(candidates.c.candidate_id)
    )
    return session.execute(statement).scalar_one_or_none()
