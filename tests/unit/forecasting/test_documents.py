"""The model document: it comes back as it was, and anything else is refused."""

import json
from typing import Any

import pytest

from shared.errors import ArtifactRefused
from shared.forecasting.documents import ModelDocument
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.models import make_document
from tests.support.weather import made_up_history

HISTORY = made_up_history(days=500)
DOCUMENT, _ = make_document(HISTORY, Variable.TEMPERATURE_MAX)


def changed(**fields: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(json.loads(DOCUMENT.to_json()) | fields)


def refusal(text: str) -> str:
    with pytest.raises(ArtifactRefused) as error:
        ModelDocument.from_json(text)
    return str(error.value)


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_document_comes_back_from_its_json(variable: Variable) -> None:
    document, _ = make_document(HISTORY, variable)
    restored = ModelDocument.from_json(document.to_json())
    assert restored == document
    assert restored.to_json() == document.to_json()


def test_what_is_no_json_is_refused() -> None:
    assert "refused" in refusal("cos\nsystem\n(S'true'\ntR.")


def test_an_unknown_field_is_refused() -> None:
    assert "extra" in refusal(changed(code="import os")).lower()


def test_a_number_that_is_none_is_refused() -> None:
    assert "metrics.r2" in refusal(changed(metrics={"r2": float("nan")}))


def test_text_in_the_place_of_a_number_is_refused() -> None:
    assert "metrics.r2" in refusal(changed(metrics={"r2": "0.9"}))


def test_a_later_schema_is_refused() -> None:
    assert "schema_version" in refusal(changed(schema_version=3))


def test_features_this_version_cannot_build_are_refused() -> None:
    assert "cannot be built" in refusal(changed(feature_fingerprint="0" * 64))
    specification = json.loads(DOCUMENT.to_json())["specification"]
    older = specification | {"builder_version": 0}
    assert "cannot be built" in refusal(changed(specification=older))


def test_intervals_of_another_kind_of_variable_are_refused() -> None:
    assert "residual quantiles" in refusal(changed(residual_quantiles=None))
    rain, _ = make_document(HISTORY, Variable.PRECIPITATION)
    amounts = json.loads(rain.to_json())["rain_amounts"]
    assert "amounts of rain" in refusal(changed(rain_amounts=amounts))
    assert "calibration" in refusal(changed(calibration={}))


def test_a_baseline_of_another_variable_is_refused() -> None:
    other, _ = make_document(HISTORY, Variable.TEMPERATURE_MIN)
    baseline = json.loads(other.to_json())["baseline"]
    assert "another variable" in refusal(changed(baseline=baseline))


def test_a_baseline_of_other_inputs_is_refused() -> None:
    baseline = json.loads(DOCUMENT.to_json())["baseline"]
    baseline["input_climatologies"].pop("wind_speed_10m_max")
    assert "other inputs" in refusal(changed(baseline=baseline))
