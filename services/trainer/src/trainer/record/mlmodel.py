"""What makes a folder with an artifact a model to MLflow: its description and an example.

Written by hand, since MLflow's own writer needs pandas and takes seconds. The flavor is ONNX, so
that whoever loads it by MLflow executes no code of ours either.
"""

import json
import sys
from datetime import UTC, datetime

import onnx
from mlflow.version import VERSION

from shared.adapters.artifacts import ONNX_FILE
from shared.forecasting.documents import ModelDocument

DESCRIPTION_FILE = "MLmodel"
EXAMPLE_FILE = "input_example.json"


def mlflow_files(document: ModelDocument, run_id: str) -> dict[str, bytes]:
    """Return the files to be put beside an artifact, by name."""
    example = {"features": document.smoke_test.features}
    return {
        DESCRIPTION_FILE: _as_json(_description(document, run_id)),
        EXAMPLE_FILE: _as_json(example),
    }


def _description(document: ModelDocument, run_id: str) -> dict[str, object]:
    outputs = document.smoke_test.outputs
    return {
        "artifact_path": "model",
        "flavors": {
            "onnx": {
                "data": ONNX_FILE,
                "onnx_version": onnx.__version__,
                "providers": ["CPUExecutionProvider"],
                "code": None,
            },
            "python_function": {
                "loader_module": "mlflow.onnx",
                "data": ONNX_FILE,
                "python_version": sys.version.split()[0],
            },
        },
        "mlflow_version": VERSION,
        "run_id": run_id,
        "saved_input_example_info": {"artifact_path": EXAMPLE_FILE, "type": "ndarray"},
        "signature": {
            "inputs": _tensor("features", len(document.feature_names)),
            "outputs": _tensor("outputs", len(outputs[0])),
        },
        "utc_time_created": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
    }


def _tensor(name: str, width: int) -> str:
    """Return the schema of a table of single precision, any number of rows."""
    specification = {"dtype": "float32", "shape": [-1, width]}
    return json.dumps([{"name": name, "type": "tensor", "tensor-spec": specification}])


def _as_json(content: object) -> bytes:
    """Return JSON, which is YAML too."""
    return json.dumps(content, indent=1).encode()
