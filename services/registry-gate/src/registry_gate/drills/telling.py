"""Tells what came of drills, each as soon as it is done: a line for a person or for a machine."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from registry_gate.drills.run import Drilled


def tell(drilled: Iterable[Drilled], to: TextIO, *, as_json: bool) -> bool:
    """Write a line a drill; say whether the gate did what it must every time.

    Every drill has a line, those that do not hold are marked with `NO`.
    """
    held = True
    for one in drilled:
        to.write((json.dumps(asdict(one)) if as_json else _line(one)) + "\n")
        to.flush()
        held &= one.holds
    return held


def _line(one: Drilled) -> str:
    mark = "ok" if one.holds else "NO"
    by = ", ".join(one.refused_by) or "nobody"
    said = "promoted" if one.outcome == "promote" else f"{one.outcome}, refused by {by}"
    wanted = "" if one.holds else f"; wanted: {one.expected or 'to be promoted'}. {one.sentence}"
    return f"{mark}  {one.site_id} {one.variable}  {one.drill}: {said}{wanted}"
