"""Keeps what the peers forecast, since they are slow and their answers change with nothing of ours.

A kept answer is found again only for the same series, the same libraries and the same settings.
"""

import ast
import hashlib
import importlib.metadata
import inspect
from pathlib import Path

from benchmarks.skill import peers
from benchmarks.skill.exam import Exam
from benchmarks.skill.forecasts import Forecasts
from benchmarks.skill.references import bridged

_LIBRARIES = ("statsforecast", "coreforecast", "mlforecast", "lightgbm", "numpy", "pandas")


def peer_forecasts(exam: Exam, folder: Path, *, fresh: bool) -> tuple[dict[str, Forecasts], int]:
    """Return the answers of all peers, and how many of them were kept from an earlier run."""
    answers = {}
    n_kept = 0
    for name, forecast in peers.PEERS.items():
        path = folder / f"{_key(name, exam)}.npz"
        if path.exists() and not fresh:
            answers[name] = Forecasts.from_npz(path.read_bytes())
            n_kept += 1
        else:
            answers[name] = forecast(exam)
            _write(path, answers[name].to_npz())
    return answers, n_kept


def _key(name: str, exam: Exam) -> str:
    digest = hashlib.sha256(f"{name} {exam.history.first_date} {exam.cutoff}".encode())
    digest.update(ast.dump(ast.parse(inspect.getsource(peers))).encode())  # no comments in it
    digest.update(str([importlib.metadata.version(library) for library in _LIBRARIES]).encode())
    digest.update(exam.series.tobytes())
    digest.update(bridged(exam).tobytes())
    return f"{exam.place}-{exam.variable}-{digest.hexdigest()[:32]}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
