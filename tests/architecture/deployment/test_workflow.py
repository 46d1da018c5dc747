"""The workflow for forks: valid, safe by an auditor's rules, and in step with what it runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from deploy.azure.names import IMAGES
from tests.support.needs import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yaml"
TEXT = WORKFLOW.read_text(encoding="utf-8")
JOBS: dict[str, Any] = yaml.safe_load(TEXT)["jobs"]
RUNS = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]


def run(tool: str, *arguments: str) -> None:
    """Run a tool that is installed beside the Python of the tests."""
    command = [str(Path(sys.executable).with_name(tool)), *arguments, str(WORKFLOW)]
    done = subprocess.run(  # noqa: S603 - fixed commands
        command, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_workflow_is_valid() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows")


def test_workflow_is_safe() -> None:
    """Pinned actions, least rights, no credentials kept, nothing injected: zizmor's strictest."""
    run("zizmor", "--offline", "--persona", "pedantic")


def test_every_script_is_one_a_shell_can_read() -> None:
    for script in RUNS:
        plain = re.sub(r"\$\{\{.*?\}\}", "text", script)
        subprocess.run(["bash", "-n"], input=plain, text=True, check=True)  # noqa: S607 - any bash


def test_every_image_is_built() -> None:
    assert JOBS["images"]["strategy"]["matrix"]["image"] == list(IMAGES)
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(IMAGES) <= set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))


def test_what_it_runs_is_there() -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for script in RUNS:
        assert set(re.findall(r"^make (\S+)", script)) <= set(targets)
        assert all((ROOT / path).is_file() for path in re.findall(r"^(\.ci/\S+)", script))


def test_nothing_is_pushed_unchecked_or_of_a_pull_request() -> None:
    images = JOBS["images"]
    assert set(images["needs"]) == {"check", "test"}
    steps = [step.get("name") for step in images["steps"]]
    assert steps.index("build") < steps.index("scan") < steps.index("push")
    assert images["steps"][-1]["if"] == "github.event_name == 'push'"
