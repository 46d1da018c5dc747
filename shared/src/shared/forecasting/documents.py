"""The model document: all of a model but the regressor itself, as plain, checked JSON.

An artifact is a regressor (ONNX: arithmetic, no code) and this document. Reading one executes
nothing; whatever does not fit the schema is refused.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from shared.errors import ArtifactRefused
from shared.forecasting.baseline import Baseline
from shared.forecasting.families import Family
from shared.forecasting.features import FeatureSpecification
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.record import Record
from shared.forecasting.variables import Variable

_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Recipe(Record):
    """How a model is made, given data: what the champion's backtest on new folds repeats.

    Attributes
    ----------
    hyperparameters : dict of str to number
        As the family names them.
    """

    family: Family
    hyperparameters: dict[str, float | int]
    seed: int


class Lineage(Record):
    """Where a model comes from.

    Attributes
    ----------
    train_cutoff : date
        Last valid date of any training target.
    data_hash : str
        `DailyHistory.content_hash` of the observations.
    versions : dict of str to str
        Libraries that made the artifact.
    """

    train_cutoff: date
    training_cases: int
    data_hash: _Sha256
    git_commit: str
    versions: dict[str, str]


class SmokeTest(Record):
    """Inputs of the regressor and the outputs the fitted model gave: a loader compares them."""

    features: tuple[tuple[float, ...], ...]
    outputs: tuple[tuple[float, ...], ...]


class ModelDocument(Record):
    """Everything a forecast needs beside the regressor, and where the model comes from."""

    schema_version: Literal[1] = 1
    site_id: str
    recipe: Recipe
    specification: FeatureSpecification
    feature_names: tuple[str, ...]
    feature_fingerprint: _Sha256
    baseline: Baseline
    #: None for precipitation, whose intervals follow from probability and amounts.
    residual_quantiles: ResidualQuantiles | None
    rain_amounts: RainAmounts | None
    metrics: dict[str, float]
    lineage: Lineage
    smoke_test: SmokeTest
    regressor_sha256: _Sha256

    @property
    def variable(self) -> Variable:
        """The variable this model forecasts."""
        return self.specification.target

    @property
    def uncertainty(self) -> ResidualQuantiles | RainAmounts:
        """What the intervals are made of."""
        found = self.residual_quantiles or self.rain_amounts
        if found is None:  # excluded by the validators below
            raise ArtifactRefused("The model document holds no intervals.")
        return found

    @property
    def family(self) -> Family:
        """The family of models the regressor is of."""
        return self.recipe.family

    def to_json(self) -> str:
        """Return the document as JSON, the same text for the same content."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a document.

        Raises
        ------
        ArtifactRefused
            It does not fit the schema, or its features cannot be built by this version.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False)[:5]
            )
            raise ArtifactRefused(f"The model document is refused: {faults}.") from None

    @model_validator(mode="after")
    def _features_can_be_built(self) -> Self:
        buildable = FeatureSpecification(
            target=self.specification.target,
            inputs=self.specification.inputs,
            layout=self.specification.layout,
        )
        same = buildable == self.specification and buildable.names == self.feature_names
        if not same or buildable.fingerprint != self.feature_fingerprint:
            raise ValueError("the features of this model cannot be built by this version")
        return self

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        is_rain = self.variable is Variable.PRECIPITATION
        if is_rain != (self.rain_amounts is not None):
            raise ValueError("amounts of rain belong to precipitation, and to nothing else")
        if is_rain == (self.residual_quantiles is not None):
            raise ValueError("residual quantiles belong to every variable but precipitation")
        if self.baseline.target is not self.variable:
            raise ValueError("the baseline is that of another variable")
        if set(self.baseline.input_climatologies) != set(self.specification.inputs):
            raise ValueError("the baseline is that of other inputs")
        return self
