"""The kinds of steps a deployment is made of, and the two ways to take them: for real, on paper."""

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

#: What is found out on the way, by name: `{subscription}` in an argument is filled in from here.
Values = dict[str, str]

POLL_SECONDS = 10
#: A managed Redis takes a quarter of an hour to come about; rights take minutes to arrive.
PATIENCE_SECONDS = 2400
#: What Azure says of something that will not come about by waiting.
HOPELESS = ("Failed", "Canceled", "Stopped", "Degraded")


class StepFailed(RuntimeError):
    """A command failed, or what was waited for did not come."""


@dataclass(frozen=True)
class Command:
    """A command line; its output may be kept.

    Attributes
    ----------
    keeps : str
        Name under which its output is kept, if any.
    attempts_until_patience_ends : bool
        Whether a failure may only mean "not yet": a right that has not arrived.
    """

    argv: tuple[str, ...]
    keeps: str = ""
    attempts_until_patience_ends: bool = False


@dataclass(frozen=True)
class Unless:
    """Steps to take unless a command succeeds, and others if it does."""

    check: Command
    steps: tuple["Step", ...]
    otherwise: tuple["Step", ...] = ()


@dataclass(frozen=True)
class Until:
    """Repeats a command until its output is what is wanted; some outputs mean it never will be."""

    command: Command
    wanted: str
    hopeless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Write:
    """Writes files of this machine, readable by its user alone."""

    what: str
    write: Callable[[Values], Mapping[Path, str]]


Step = Command | Unless | Until | Write


class Way(Protocol):
    """A way to take a step."""

    def take(self, step: Step) -> None:
        """Take a step."""


def take_all(steps: Iterable[Step], way: Way) -> None:
    """Take all steps in order; the first that fails ends it."""
    for step in steps:
        way.take(step)


@dataclass
class OnPaper:
    """Prints every command and runs none; what is not known yet stands in braces."""

    values: Values = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Print a step."""
        match step:
            case Command():
                print(shlex.join(step.argv))  # noqa: T201 - what the user asked for
            case Unless():
                print(f"# unless it is there: {shlex.join(step.check.argv)}")  # noqa: T201 - as above
                take_all(step.steps, self)
                if step.otherwise:
                    print("# else:")  # noqa: T201 - as above
                    take_all(step.otherwise, self)
            case Until():
                print(f"# until it says {step.wanted}:")  # noqa: T201 - as above
                self.take(step.command)
            case Write():
                print(f"# writes {step.what}")  # noqa: T201 - as above


@dataclass
class ForReal:
    """Runs every command; its standard output is kept or shown, its errors are shown."""

    values: Values = field(default_factory=dict)
    pause: Callable[[float], None] = time.sleep
    patience_seconds: float = PATIENCE_SECONDS

    def take(self, step: Step) -> None:
        """Take a step."""
        match step:
            case Command():
                self._run(step)
            case Unless():
                is_there = self._attempt(step.check, quiet=True) is not None
                take_all(step.otherwise if is_there else step.steps, self)
            case Until():
                self._wait(step)
            case Write():
                for path, text in step.write(self.values).items():
                    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    path.touch(mode=0o600)
                    path.write_text(text, encoding="utf-8")

    def _run(self, command: Command) -> None:
        print(f"+ {shlex.join(self._filled(command))}", file=sys.stderr)  # noqa: T201 - progress
        waited = 0.0
        while (output := self._attempt(command)) is None:
            if not command.attempts_until_patience_ends or waited >= self.patience_seconds:
                raise StepFailed(f"failed: {shlex.join(self._filled(command))}")
            waited += self._pause()
        if command.keeps:
            self.values[command.keeps] = output

    def _wait(self, step: Until) -> None:
        waited = 0.0
        while (output := self._attempt(step.command, quiet=True)) != step.wanted:
            if output in step.hopeless or waited >= self.patience_seconds:
                raise StepFailed(
                    f"{shlex.join(self._filled(step.command))} says {output}, not {step.wanted}"
                )
            waited += self._pause()

    def _attempt(self, command: Command, *, quiet: bool = False) -> str | None:
        """Return what a command says, or None if it fails."""
        done = subprocess.run(  # noqa: S603 - the commands of the plan, without a shell
            self._filled(command),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            text=True,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def _filled(self, command: Command) -> list[str]:
        return [fill(each, self.values) for each in command.argv]

    def _pause(self) -> float:
        self.pause(POLL_SECONDS)
        return POLL_SECONDS


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in what is known by now.

    Examples
    --------
    >>> fill("/subscriptions/{subscription}/{unknown}", {"subscription": "4711"})
    '/subscriptions/4711/{unknown}'
    """
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
