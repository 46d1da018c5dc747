"""The edge to ONNX Runtime: a regressor that is arithmetic and nothing else."""

import numpy as np
import onnxruntime

from shared.errors import ArtifactRefused
from shared.forecasting.arrays import Float32Array, FloatArray


class OnnxRegressor:
    """A regressor read from an ONNX file; safe to use from several threads.

    Parameters
    ----------
    content : bytes
        One input of shape (n, n_features), one output of shape (n, n_outputs).

    Raises
    ------
    ArtifactRefused
        ONNX Runtime cannot read it, or it has more than one input or output.
    """

    def __init__(self, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        # A forecast is microseconds of work: threads would only wait for each other.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
            (self._input,) = (node.name for node in self._session.get_inputs())
            (self._output,) = (node.name for node in self._session.get_outputs())
        except Exception as error:  # ONNX Runtime's errors share no base but this
            raise ArtifactRefused(f"The ONNX file cannot be read: {error}.") from error

    def predict(self, features: Float32Array) -> FloatArray:
        """Return outputs of shape (n, n_outputs) for features of shape (n, n_features).

        Raises
        ------
        ArtifactRefused
            The features are not what the graph takes.
        """
        try:
            (outputs,) = self._session.run([self._output], {self._input: features})
        except Exception as error:
            raise ArtifactRefused(f"The ONNX file does not answer: {error}.") from error
        return np.asarray(outputs, np.float64)
