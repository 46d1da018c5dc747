"""The gate's own process beside its worker, in the environment of the stack.

So the same settings, artifacts and code speak that decide.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

from local.command.records import Record
from local.stack.environment import stack_environment
from local.stack.running import Stack
from shared.errors import ClimateError


class GateSilent(ClimateError):
    """The gate could not do what was asked, or not to the end."""


def ask_gate(
    stack: Stack,
    command: str,
    site: str | None,
    *,
    is_bad: Callable[[Record], bool] = lambda _: False,
) -> Iterator[Record]:
    """Yield each line the gate says, as soon as it is said.

    Parameters
    ----------
    is_bad : callable
        Of which lines the process makes its exit code 1, which is no fault of its own then.

    Raises
    ------
    GateSilent
        The process ended with an error; the message is its last line.
    """
    arguments = [sys.executable, "-m", "registry_gate", command, "--json"]
    arguments += [] if site is None else ["--site", site]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(  # noqa: S603 - our own service
            arguments,
            env=stack_environment(stack.home, stack.record),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        fine = True
        for line in process.stdout or ():
            one = json.loads(line)
            fine &= not is_bad(one)
            yield one
        if process.wait() != 0 and fine:
            said.seek(0)
            message = said.read().strip().rpartition("\n")[2]
            raise GateSilent(message or "The gate ended without a word.")
