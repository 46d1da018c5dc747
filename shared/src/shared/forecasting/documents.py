"""The model document: all of a model but the regressor itself, as plain, checked JSON.

An artifact is a regressor (ONNX: arithmetic, no code) and this document. Reading one executes
nothing; whatever does not fit the schema is refused.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from shared.errors import ArtifactRefused
from shared.forecasting.families import Family
from shared.forecasting.linear import LinearMap
from shared.forecasting.model_parts import ModelParts, Sha256
from shared.forecasting.record import Record


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
        `ForecastInputs.content_hash` of all it was trained on.
    versions : dict of str to str
        Libraries that made the artifact.
    """

    train_cutoff: date
    training_cases: int
    data_hash: Sha256
    git_commit: str
    versions: dict[str, str]


class SmokeTest(Record):
    """Inputs of the regressor and the outputs the fitted model gave: a loader compares them."""

    features: tuple[tuple[float, ...], ...]
    outputs: tuple[tuple[float, ...], ...]


class Fallback(ModelParts):
    """A linear model that looks at less: it answers where the model's neighbours or guidance fail.

    Its weights stand here, so that an artifact holds one graph only.
    """

    linear: LinearMap


class ModelDocument(ModelParts):
    """Everything a forecast needs beside the regressor, and where the model comes from.

    Attributes
    ----------
    fallbacks : tuple of Fallback
        Asked in this order where the model itself cannot answer; each looks at less.
    """

    schema_version: Literal[2] = 2
    site_id: str
    recipe: Recipe
    fallbacks: Annotated[tuple[Fallback, ...], Field(max_length=8)] = ()
    metrics: dict[str, float]
    lineage: Lineage
    smoke_test: SmokeTest
    regressor_sha256: Sha256

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
