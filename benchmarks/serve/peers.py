"""Whom serving is measured beside: a bare application, and MLflow's server with the same model."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import mlflow
import pandas as pd
from mlflow.models import infer_signature

from benchmarks.processes import answers, running
from benchmarks.serve.questions import columns_of
from local.ports import any_free_port
from shared.adapters.artifacts import Artifact
from shared.forecasting.history import DailyHistory

_MODEL_CODE = Path(__file__).with_name("mlflow_model.py")
# The server sets these itself, or they do not count as bytes of the application's answer.
_HEADERS_OF_THE_SERVER = frozenset({"date", "server"})


@contextmanager
def bare_application(folder: Path, answer: httpx.Response) -> Iterator[tuple[int, int]]:
    """Run a bare application that gives an answer to everybody; yield its port and process."""
    path, port = folder / "answer.json", any_free_port()
    headers = [
        (name, value)
        for name, value in answer.headers.items()
        if name not in _HEADERS_OF_THE_SERVER
    ]
    path.write_text(json.dumps({"headers": headers, "body": answer.text}), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.serve.bare", str(port), str(path)]
    with running(command, answers(f"http://127.0.0.1:{port}/"), folder / "bare.log") as pid:
        yield port, pid


@contextmanager
def mlflow_server(
    folder: Path, artifact: Artifact, example: DailyHistory
) -> Iterator[tuple[int, int]]:
    """Run `mlflow models serve` with the champion; yield its port and process."""
    model, port = folder / "mlflow-model", any_free_port()
    _save(model, folder, artifact, pd.DataFrame(columns_of(example)))
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model)]
    options = ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    settings = {
        # It starts its server by name.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
    }
    ready = answers(f"http://127.0.0.1:{port}/ping")
    with running([*command, *options], ready, folder / "mlflow.log", settings=settings) as pid:
        yield port, pid


def _save(model: Path, folder: Path, artifact: Artifact, example: pd.DataFrame) -> None:
    document, onnx = folder / "document.json", folder / "model.onnx"
    document.write_bytes(artifact.document)
    onnx.write_bytes(artifact.onnx)
    mlflow.pyfunc.save_model(
        model,
        python_model=_MODEL_CODE,
        artifacts={"document": str(document), "onnx": str(onnx)},
        signature=infer_signature(example),
        pip_requirements=[],
    )


def invocation(history: DailyHistory) -> str:
    """Return the body by which MLflow's server is asked for a forecast from a history."""
    columns = columns_of(history)
    rows: list[Sequence[object]] = [*zip(*columns.values(), strict=True)]
    return json.dumps({"dataframe_split": {"columns": [*columns], "data": rows}})
