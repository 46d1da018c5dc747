"""`python3 -m deploy.azure`: brings the system up on Azure, checks it, goes back, takes it down."""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy.azure import plan
from deploy.azure.names import BadName, Target
from deploy.azure.steps import ForReal, OnPaper, Step, StepFailed, take_all


def main(arguments: list[str] | None = None) -> None:
    """Do what is asked; on paper with `--dry-run`."""
    asked = _parser().parse_args(arguments)
    try:
        target = Target.of(os.environ)
        if asked.what == "down" and not asked.dry_run and not _means_it(target, yes=asked.yes):
            sys.exit("Nothing was removed.")
        with tempfile.TemporaryDirectory(prefix="climate-azure-") as folder:
            steps = _steps(asked, target, Path("secrets" if asked.dry_run else folder))
            take_all(steps, OnPaper() if asked.dry_run else ForReal())
    except (BadName, StepFailed) as error:
        sys.exit(str(error))
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is not installed; docs/azure.md says what is needed.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m deploy.azure", description=__doc__)
    parser.add_argument("what", choices=["up", "verify", "rollback", "down"])
    parser.add_argument("--dry-run", action="store_true", help="print every command, run none")
    parser.add_argument("--to", default="", help="rollback: the tag to go back to")
    parser.add_argument("--yes", action="store_true", help="down: do not ask")
    return parser


def _steps(asked: argparse.Namespace, target: Target, folder: Path) -> Iterable[Step]:
    match asked.what:
        case "up":
            return plan.up(target, folder)
        case "verify":
            return plan.verify(target)
        case "rollback" if asked.to:
            return plan.roll_back(target, asked.to, mark=secrets.token_hex(2))
        case "rollback":
            raise BadName("Say which version to go back to: --to TAG (make: TO=TAG).")
        case _:
            return plan.down(target)


def _means_it(target: Target, *, yes: bool) -> bool:
    question = f"Remove {target.group} and all its data? Type the name of the group: "
    return yes or input(question).strip() == target.group


if __name__ == "__main__":
    main()
