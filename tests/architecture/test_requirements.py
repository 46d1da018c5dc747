"""The pinned requirements: hashed, without any address, of one mind, and no more than needed."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, SERVICES, modules

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
IMAGES = ("migrate", "collector", "trainer", "registry-gate", "api", "mlflow", "flower")
#: What is installed apart, and holds packages the tests run without.
APART = ("bench", "clients")
PINNED = (*IMAGES, "native", "build", "dev", *APART)


def pins(name: str) -> dict[str, str]:
    """Return the pinned version of every package of a requirements file."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE))


def test_requirements_are_those_listed_here() -> None:
    assert {path.stem for path in REQUIREMENTS.glob("*.txt")} == set(PINNED)


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.iterdir()), ids=lambda path: path.name)
def test_requirements_hold_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_has_a_hash(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text):
        assert entry.startswith("#") or "--hash=sha256:" in entry


@pytest.mark.parametrize("name", sorted({*PINNED} - {*APART}))
def test_every_image_gets_the_versions_the_tests_ran_with(name: str) -> None:
    assert pins(name).items() <= pins("dev").items()


@pytest.mark.parametrize(("name", "shared"), [("bench", "scikit-learn"), ("clients", "numpy")])
def test_what_is_installed_apart_has_the_versions_the_tests_ran_with(
    name: str, shared: str
) -> None:
    apart, dev = pins(name), pins("dev")
    common = apart.keys() & dev.keys()
    assert shared in common
    assert {name: apart[name] for name in common} == {name: dev[name] for name in common}


@pytest.mark.parametrize("name", [*IMAGES, "native", "dev"])
def test_what_we_are_measured_against_is_installed_for_the_benchmarks_alone(name: str) -> None:
    only_bench = pins("bench").keys() - pins("dev").keys()
    assert only_bench >= {"lightgbm", "mlforecast", "statsforecast"}
    assert not only_bench & pins(name).keys()


@pytest.mark.parametrize("name", ["api", "collector"])
def test_api_and_collector_go_without_the_heavy_libraries(name: str) -> None:
    assert not {"scikit-learn", "mlflow", "optuna"} & pins(name).keys()


def imported_from_elsewhere(service: str) -> set[str]:
    """Return the foreign packages a service imports, itself or by way of `shared`."""
    known = {module.name: module for module in modules(service, "shared")}
    waiting = [name for name in known if name.partition(".")[0] == service]
    seen: set[str] = set()
    foreign: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in known and name not in seen:
            seen.add(name)
            waiting += known[name].imports()
        elif name not in known:
            foreign.add(name.partition(".")[0])
    return foreign - set(sys.stdlib_module_names) - set(PACKAGES)


@pytest.mark.parametrize("service", SERVICES)
def test_image_of_a_service_holds_all_that_the_service_imports(service: str) -> None:
    distributions = packages_distributions()
    pinned = pins(service.replace("_", "-")).keys()
    imported = imported_from_elsewhere(service)
    assert "pydantic" in imported
    for name in imported:
        assert {found.lower().replace("_", "-") for found in distributions[name]} & pinned, name


def test_protobuf_stays_below_7_for_the_conversion_of_boosted_trees() -> None:
    # With protobuf 7 skl2onnx raises a TypeError on boosted trees.
    assert int(pins("trainer")["protobuf"].split(".")[0]) < 7
