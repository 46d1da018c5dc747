"""On what it was measured: the machine, and the versions of what took part."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

import psutil

_GIBIBYTE = 2**30
_LIBRARIES = (
    "numpy",
    "scikit-learn",
    "optuna",
    "onnxruntime",
    "statsforecast",
    "mlforecast",
    "lightgbm",
)


def machine() -> dict[str, str | float | int]:
    """Return what the machine is."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / _GIBIBYTE, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Return the commit of this code, and the versions of Python and of the libraries."""
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _LIBRARIES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str:
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"
