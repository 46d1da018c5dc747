"""What every model consists of beside its regressor, and that these parts belong together."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.errors import ArtifactRefused
from shared.forecasting.baseline import Baseline
from shared.forecasting.calibration import ProbabilityCalibration
from shared.forecasting.features import FeatureSpecification
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.record import Record
from shared.forecasting.variables import Variable

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelParts(Record):
    """Features, baseline and uncertainty of a model."""

    specification: FeatureSpecification
    feature_names: tuple[str, ...]
    feature_fingerprint: Sha256
    baseline: Baseline
    #: None for precipitation, whose intervals follow from probability and amounts.
    residual_quantiles: ResidualQuantiles | None
    rain_amounts: RainAmounts | None
    #: Of the probability of a wet day; for precipitation only.
    calibration: ProbabilityCalibration | None

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

    @model_validator(mode="after")
    def _features_can_be_built(self) -> Self:
        buildable = FeatureSpecification(
            target=self.specification.target,
            sources=self.specification.sources,
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
        if is_rain != (self.calibration is not None):
            raise ValueError("a calibration belongs to precipitation, and to nothing else")
        if self.baseline.target is not self.variable:
            raise ValueError("the baseline is that of another variable")
        self._check_sources()
        return self

    def _check_sources(self) -> None:
        sources, baseline = self.specification.sources, self.baseline
        if set(baseline.input_climatologies) != set(sources.inputs):
            raise ValueError("the baseline is that of other inputs")
        if set(baseline.neighbour_climatologies) != {near.name for near in sources.neighbours}:
            raise ValueError("the baseline is that of other neighbours")
        if sources.guidance != (baseline.guidance_correction is not None):
            raise ValueError("the baseline and the features disagree about guidance")
