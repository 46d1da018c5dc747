"""The models as they are answered: what is served, how good it is, where it comes from."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from api.answers.daily import served_by
from api.answers.record import ContenderAnswer, ModelRecord, PromotionAnswer
from api.answers.shapes import ServedBy
from api.serving.snapshot import Rung, ServedModel, ServedSite
from api.serving.state import ReloadFailure
from shared.forecasting.variables import VARIABLES, Variable


class RefusedModel(BaseModel):
    """A champion this process could not load; the one before it keeps serving."""

    epoch: int
    candidate_id: UUID
    reason: str
    attempts: int
    failed_at: datetime
    retry_at: datetime


class ModelSummary(BaseModel):
    """What serves a variable of a site now, in the process that answers."""

    site: str
    variable: Variable
    unit: str
    served: ServedBy
    promoted_at: datetime | None = None
    loaded_at: datetime | None = None
    metrics: dict[str, float] = Field(
        default_factory=dict, description="of the backtest the champion was promoted on"
    )
    refused: RefusedModel | None = None


class LineageAnswer(BaseModel):
    """Where the champion comes from, down to data and code."""

    decision_id: UUID | None
    artifact_uri: str
    artifact_sha256: str
    feature_fingerprint: str
    features: list[str]
    recipe: JsonValue
    training_cases: int
    data_hash: str
    git_commit: str
    versions: dict[str, str]


class ModelCard(ModelSummary):
    """All there is to know about the models of a variable of a site."""

    lineage: LineageAnswer | None = None
    challengers: list[ContenderAnswer]
    promotions: list[PromotionAnswer]


def model_summary(
    served: ServedSite, variable: Variable, failure: ReloadFailure | None
) -> ModelSummary:
    """Return what serves a variable now."""
    model = served.models.get(variable)
    forecast = served.forecasts.get(variable)
    return ModelSummary(
        site=served.site.site_id,
        variable=variable,
        unit=VARIABLES[variable].unit,
        served=served_by(forecast) if forecast else ServedBy(served_by=Rung.NONE),
        promoted_at=model.champion.promoted_at if model else None,
        loaded_at=model.loaded_at if model else None,
        metrics=dict(model.document.metrics) if model else {},
        refused=refused_model(failure) if failure else None,
    )


def model_card(summary: ModelSummary, model: ServedModel | None, record: ModelRecord) -> ModelCard:
    """Return a summary with lineage, challengers and promotions."""
    return ModelCard(
        **dict(summary),
        lineage=_lineage(model) if model else None,
        challengers=record.challengers,
        promotions=record.promotions,
    )


def refused_model(failure: ReloadFailure) -> RefusedModel:
    """Return a refused champion as it is told."""
    return RefusedModel(
        epoch=failure.epoch,
        candidate_id=failure.candidate_id,
        reason=failure.reason,
        attempts=failure.attempts,
        failed_at=failure.failed_at,
        retry_at=failure.retry_at,
    )


def _lineage(model: ServedModel) -> LineageAnswer:
    champion, document = model.champion, model.document
    return LineageAnswer(
        decision_id=champion.decision_id,
        artifact_uri=champion.artifact_uri,
        artifact_sha256=champion.artifact_sha256,
        feature_fingerprint=document.feature_fingerprint,
        features=list(document.feature_names),
        recipe=document.recipe.model_dump(mode="json"),
        training_cases=document.lineage.training_cases,
        data_hash=document.lineage.data_hash,
        git_commit=document.lineage.git_commit,
        versions=document.lineage.versions,
    )
