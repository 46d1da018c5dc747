"""Settings: what they weigh, and what they refuse."""

import pytest

from shared.errors import ConfigurationError
from shared.settings import load
from trainer.selection import Weights
from trainer.settings import TrainerSettings

ADDRESSES = {
    "CLIMATE_DATABASE_URL": "postgresql://user:secret@host/climate",
    "CLIMATE_OPTUNA_URL": "postgres://user:secret@host/optuna",
    "CLIMATE_REDIS_URL": "redis://:secret@host:6379/0",
    "CLIMATE_MLFLOW_URL": "http://host:5000",
}


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Where everything is, in the environment."""
    for name, value in ADDRESSES.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("addresses")
def test_weights_are_those_of_the_design_unless_set() -> None:
    assert load(TrainerSettings).weights == Weights(0.6, 0.3, 0.1)


def test_weights_can_be_set(addresses: pytest.MonkeyPatch) -> None:
    addresses.setenv("CLIMATE_TRAINER_WEIGHT_TIME", "0.5")
    assert load(TrainerSettings).weights.time == 0.5


@pytest.mark.usefixtures("addresses")
def test_studies_are_reached_by_the_driver_there_is() -> None:
    url = load(TrainerSettings).optuna_url.get_secret_value()
    assert url == "postgresql+psycopg2://user:secret@host/optuna"


def test_a_missing_address_of_the_studies_is_named(addresses: pytest.MonkeyPatch) -> None:
    addresses.delenv("CLIMATE_OPTUNA_URL")
    with pytest.raises(ConfigurationError, match="CLIMATE_OPTUNA_URL"):
        load(TrainerSettings)


def test_weights_that_decide_nothing_are_refused_at_the_start(
    addresses: pytest.MonkeyPatch,
) -> None:
    for name in ("RMSE", "R2", "TIME"):
        addresses.setenv(f"CLIMATE_TRAINER_WEIGHT_{name}", "0")
    with pytest.raises(ConfigurationError, match="TIME are all 0"):
        load(TrainerSettings)


def test_limit_that_would_end_every_tuning_is_refused(addresses: pytest.MonkeyPatch) -> None:
    addresses.setenv("CLIMATE_TRAINER_TUNING_SECONDS", "900")
    with pytest.raises(ConfigurationError, match="CLIMATE_TRAINER_LONGEST_FIT"):
        load(TrainerSettings)
