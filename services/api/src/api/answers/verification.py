"""How the forecasts that were issued turned out: the scores of every issuer, lead by lead."""

import math
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.answers.problems import ModelNotFound
from shared.contracts.issuers import REFERENCES, Issuer
from shared.forecasting.variables import FORECAST_VARIABLES, VARIABLES, Variable
from shared.forecasting.verification import Verified, summarise


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


_Score = Annotated[float | None, BeforeValidator(_known)]


class VerificationQuery(BaseModel):
    """Which forecasts to score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = Field(min_length=1, max_length=100, examples=["marrakech"])
    variable: Variable = Variable.TEMPERATURE_MAX
    days: int = Field(default=90, ge=1, le=3650, description="how far to look back")


class CoverageAnswer(BaseModel):
    """Which share of the days an interval held, and between which shares chance alone lies."""

    model_config = ConfigDict(from_attributes=True)

    share: _Score
    lowest: _Score
    highest: _Score


class ScoresAnswer(BaseModel):
    """Scores at one lead, or of all leads together."""

    model_config = ConfigDict(from_attributes=True)

    lead: int | None = Field(description="days ahead; null: all leads together")
    cases: int
    days: int
    mae: _Score
    rmse: _Score
    bias: _Score = Field(description="mean of forecast minus observed")
    crps: _Score
    brier: _Score = Field(description="of a wet day; for precipitation alone")
    coverage_80: CoverageAnswer
    coverage_95: CoverageAnswer
    skill: dict[Issuer, float] = Field(
        description="against each reference on the same cases: 1 perfect, 0 no better"
    )


class IssuerAnswer(BaseModel):
    """How the forecasts of one issuer turned out."""

    model_config = ConfigDict(from_attributes=True)

    issuer: Issuer
    pooled: ScoresAnswer
    leads: list[ScoresAnswer]


class VerificationAnswer(BaseModel):
    """How the forecasts of a variable turned out, the best issuer first."""

    site: str
    variable: Variable
    unit: str
    since: date
    issuers: list[IssuerAnswer]


def forecast_variable(variable: Variable) -> Variable:
    """Return a variable that is forecast.

    Raises
    ------
    ModelNotFound
        It is observed but not forecast.
    """
    if variable not in FORECAST_VARIABLES:
        raise ModelNotFound(f"{variable} is observed but not forecast, so it has no model.")
    return variable


def verification_answer(site_id: str, since: date, verified: Verified) -> VerificationAnswer:
    """Return the scores of every issuer that has any."""
    return VerificationAnswer(
        site=site_id,
        variable=verified.variable,
        unit=VARIABLES[verified.variable].unit,
        since=since,
        issuers=[IssuerAnswer.model_validate(one) for one in summarise(verified, REFERENCES)],
    )
