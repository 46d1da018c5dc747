"""The families of models that compete."""

from enum import StrEnum


class Family(StrEnum):
    """A family of models; each is tuned and backtested in a task of its own."""

    LINEAR_REGRESSION = "linear-regression"
    RANDOM_FOREST = "random-forest"
    GRADIENT_BOOSTING = "gradient-boosting"
