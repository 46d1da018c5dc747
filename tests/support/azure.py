"""A subscription that exists on paper: stand-ins for `az` and `docker` that record and remember.

They are programs on a `PATH` of their own, so what is tested is the whole script as a user runs it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.azure.descriptions import describe
from deploy.azure.names import APPS, Target
from tests.support.needs import ROOT

SETTINGS = {"AZURE_NAME": "climate-4711", "AZURE_TAG": "v0-1-0"}
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
REDIS_KEY = "a+b/c="

#: What each question is answered with, by the end of its `--query`.
ANSWERS = {
    "principalId": "principal-id",
    "properties.provisioningState": "Succeeded",
    "properties.status": "Succeeded",
    "properties.healthState": "Healthy",
    "properties.hostName": "climate-4711-redis.switzerlandnorth.redis.azure.net",
    "properties.configuration.ingress.fqdn": "api.example.net",
    "primaryKey": REDIS_KEY,
    "[0].value": "what-opens-the-share",
    "name": "migrate-execution",
}

_STAND_IN = '''#!{python} -IS
"""Records the call; what was made is there afterwards, what was not is not."""
import json, sys
from pathlib import Path

state = Path({state!r})
argv = [Path(sys.argv[0]).name, *sys.argv[1:]]
given = dict(zip(argv, argv[1:]))
files = {{}}
for argument in argv:
    path = Path(argument.removeprefix("@"))
    if path.is_absolute() and path.is_file():
        files[path.name] = path.read_text()
with (state / "calls").open("a") as calls:
    print(json.dumps({{"argv": argv, "files": files}}), file=calls)
words = argv[: next((n for n, a in enumerate(argv) if a.startswith("-")), len(argv))]
url = given.get("--url", "").replace("/", "_")
name = "_".join([*words[1:-1], given.get("--vault-name", ""), given.get("--name", ""), url])
if words[1:2] == ["rest"]:
    verb = {{"put": "create", "get": "show"}}.get(given["--method"], "")
else:
    verb = words[-1]
made = state / ("made" + name)
if verb in ("create", "set"):
    made.write_text(Path(given["--file"]).read_text() if "--file" in given else "")
if verb == "show" and given.get("--query", "id") == "id" and words[1] != "account":
    if not made.exists() and words[1] != "ad":
        sys.exit(3)
if verb == "download":
    Path(given["--file"]).write_text(made.read_text())
query = given.get("--query", "")
if words[1:3] == ["account", "show"]:
    print({subscription!r})
elif query in {answers!r}:
    print({answers!r}[query])
'''


@dataclass(frozen=True)
class Call:
    """A call of a stand-in.

    Attributes
    ----------
    files : dict of str to str
        Content of every file the command line named, at that moment.
    """

    argv: tuple[str, ...]
    files: Mapping[str, str]

    def option(self, name: str) -> str:
        """Return what follows an option; empty without it."""
        return self.argv[self.argv.index(name) + 1] if name in self.argv else ""

    @property
    def words(self) -> str:
        """The command without its options."""
        first = next((n for n, each in enumerate(self.argv) if each.startswith("-")), None)
        return " ".join(self.argv[:first])


@dataclass(frozen=True)
class PaperAzure:
    """A subscription whose every call is written down."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "PaperAzure":
        """Set up the stand-ins in an empty folder."""
        programs = folder / "bin"
        programs.mkdir()
        text = _STAND_IN.format(
            python=sys.executable, state=str(folder), subscription=SUBSCRIPTION, answers=ANSWERS
        )
        for name in ("az", "docker", "python3"):
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        return cls(folder)

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run the deployment script as a user does; never reaches the real Azure."""
        environment = {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", **SETTINGS, **settings}
        return subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-m", "deploy.azure", *arguments],
            cwd=ROOT,
            env={**environment, "TMPDIR": os.environ.get("TMPDIR", "/tmp")},  # noqa: S108 - default
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def calls(self) -> list[Call]:
        """Return every call so far, in order."""
        return list(self._read())

    def _read(self) -> Iterator[Call]:
        path = self.folder / "calls"
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                found: dict[str, Any] = json.loads(line)
                yield Call(tuple(found["argv"]), found["files"])


def azure_descriptions() -> list[dict[str, Any]]:
    """Return every description of an app or job, filled in."""
    target = Target.of(SETTINGS)
    values = {
        "subscription": SUBSCRIPTION,
        "redis_host": ANSWERS["properties.hostName"],
    }
    return [yaml.safe_load(describe(name, target, values)) for name in (*APPS, "migrate")]
