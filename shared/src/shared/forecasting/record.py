"""The base of everything fitted that travels as JSON inside a model document."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.forecasting.variables import LEAD_DAYS

#: One number for each lead day.
PerLead = Annotated[tuple[float, ...], Field(min_length=len(LEAD_DAYS), max_length=len(LEAD_DAYS))]


class Record(BaseModel):
    """Immutable and strict: no coercion, no unknown field, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
