"""Writing a fitted estimator as ONNX, and proving that the graph answers as the estimator does."""

import warnings
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

from shared.adapters.onnx_regressor import OnnxRegressor
from shared.errors import ArtifactRefused
from shared.forecasting.arrays import Float32Array
from shared.forecasting.forecast import PARITY_TOLERANCE
from shared.forecasting.linear import LinearMap
from trainer.modelling.families import FittedRegressor

# What every ONNX Runtime since 1.16 reads.
_OPSET, _IR_VERSION = 18, 8


def export_onnx(regressor: FittedRegressor, examples: Float32Array) -> bytes:
    """Return the regressor as ONNX, checked on examples.

    Parameters
    ----------
    examples : ndarray of shape (n, n_features)
        Inputs on which graph and estimator must agree; all of the backtest's.

    Raises
    ------
    ArtifactRefused
        The graph is more than 1e-3 (in the target's unit) off the fitted estimator somewhere.
    """
    expected = regressor.predict(examples)
    content = (
        _linear_graph(regressor)
        if isinstance(regressor, LinearMap)
        else _convert(regressor.estimator, examples.shape[1], expected.shape[1])
    )
    error = float(np.abs(OnnxRegressor(content).predict(examples) - expected).max())
    if not error <= PARITY_TOLERANCE:  # written so that NaN is refused
        raise ArtifactRefused(f"The ONNX graph is {error:.4g} off the fitted model.")
    return content


def _linear_graph(regressor: LinearMap) -> bytes:
    """Return one matrix product and an addition."""
    weights = np.array(regressor.weights, np.float32)
    n_features, n_outputs = weights.shape
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["features", "weights", "offset"], ["outputs"])],
        "linear_regression",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, n_features])],
        [helper.make_tensor_value_info("outputs", TensorProto.FLOAT, [None, n_outputs])],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(np.array(regressor.offset, np.float32), "offset"),
        ],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _convert(estimator: Any, n_features: int, n_outputs: int) -> bytes:  # noqa: ANN401 - scikit-learn is untyped
    with warnings.catch_warnings():
        # skl2onnx writes booleans where protobuf wants integers; protobuf 6 only warns of it.
        warnings.filterwarnings("ignore", "Field onnx", category=DeprecationWarning)
        model = to_onnx(
            estimator,
            initial_types=[("features", FloatTensorType([None, n_features]))],
            # Declared, since onnxruntime warns at every call where trees have several outputs.
            final_types=[("outputs", FloatTensorType([None, n_outputs]))],
        )
    # skl2onnx lists them in the order of a set, which differs from process to process; the digest
    # of the same model must not.
    operators = sorted(model.opset_import, key=lambda operator: operator.domain)
    del model.opset_import[:]
    model.opset_import.extend(operators)
    return bytes(model.SerializeToString())
