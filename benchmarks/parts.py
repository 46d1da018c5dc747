"""The parts of the benchmarks, as one readable table.

A part is a module with a function `run(setting: Setting) -> Report`. It is imported when it is
run, so that no part needs what only another one is measured against.
"""

from importlib import import_module
from typing import Protocol

from benchmarks.report import Report
from benchmarks.setting import Setting

PARTS = {
    "skill": "benchmarks.skill.part",
    "train": "benchmarks.train.part",
    "ingest": "benchmarks.ingest.part",
    "gate": "benchmarks.gate.part",
    "serve": "benchmarks.serve.part",
    "replay": "benchmarks.replay.part",
}


class Run(Protocol):
    """Measures one part."""

    def __call__(self, setting: Setting) -> Report:
        """Do the work and return what was found."""
        ...


def load_part(name: str) -> Run:
    """Return the function that runs a part."""
    run: Run = import_module(PARTS[name]).run
    return run
