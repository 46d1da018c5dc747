"""Sets up `.venv` for `make`: creates it, installs the pinned requirements and our packages.

For the benchmarks it does the same in `.venv-bench`: what we are measured against is installed
apart, so that nothing of ours can come to need it. The public clients that the tests point at our
API are in `.venv-clients`, without our packages: one brings a urllib3 that would replace ours.

Plain Python without any package, since it runs before there are any. It does nothing when what is
asked for is there. An interrupted installation is started over; a second one at the same time
waits for the first.
"""

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Requirements that are installed apart, with the folder they are in.
APART = {"bench": ".venv-bench", "clients": ".venv-clients"}
#: These know nothing of our packages.
FOREIGN = frozenset({"clients"})
VENV = ROOT / APART.get(" ".join(sys.argv[1:]), ".venv")
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / ".state" / "setup.lock"
#: What is installed: by name of the requirements file, the hash of all it was made from.
INSTALLED = VENV / "installed.json"
UNFINISHED = VENV / "unfinished"
PACKAGES = sorted(
    path.parent
    for pattern in ("*", "services/*")
    for path in ROOT.glob(f"{pattern}/pyproject.toml")
)
#: Whoever has the second needs the first no more.
INCLUDED_IN = {"native": "dev"}
#: Scripts in a virtual environment name their place and their Python.
VENV_IDENTITY = f"{VENV} {sys.version_info.major}.{sys.version_info.minor}"

#: The settings of pip that say where packages come from, as uv calls them.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


def main(wanted: str) -> None:
    """Make sure that the environment has the wanted requirements and our packages."""
    if is_installed(wanted):
        return
    with only_one_at_a_time():
        if not is_installed(wanted):
            install(wanted)


def is_installed(wanted: str) -> bool:
    """Say whether the requirements, or others that include them, are installed unchanged."""
    installed = what_is_installed()
    names = (wanted, INCLUDED_IN.get(wanted, wanted))
    return is_sound(installed) and any(installed.get(name) == fingerprint(name) for name in names)


def what_is_installed() -> dict[str, str]:
    """Return what earlier setups noted down."""
    try:
        found: dict[str, str] = json.loads(INSTALLED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def is_sound(installed: dict[str, str]) -> bool:
    """Say whether the environment was finished, by this Python, and not moved since."""
    return installed.get("venv") == VENV_IDENTITY and PYTHON.exists() and not UNFINISHED.exists()


def fingerprint(name: str) -> str:
    """Return a hash of all that an installation is made from."""
    ours = () if name in FOREIGN else PACKAGES
    sources = [requirements(name), *(package / "pyproject.toml" for package in ours)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def requirements(name: str) -> Path:
    """Return the path of a pinned requirements file."""
    return ROOT / "requirements" / f"{name}.txt"


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Wait for another setup of this folder to end."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another setup is at work here; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(wanted: str) -> None:
    """Install everything; a mark stands while it is not finished."""
    installed = what_is_installed()
    if not is_sound(installed):
        installed = {"venv": VENV_IDENTITY}
        create_venv()
    UNFINISHED.touch()
    with progress("Installing the installer (uv)"):
        run_or_exit(pip_install(["--require-hashes", "-r", str(requirements("build"))]))
    with progress(f"Installing the packages of requirements/{wanted}.txt, as pinned"):
        install_packages(["--require-hashes", "-r", str(requirements(wanted))])
    if wanted not in FOREIGN:
        with progress("Installing the services of this repository"):
            editable = [word for package in PACKAGES for word in ("-e", str(package))]
            install_packages(["--no-deps", "--no-build-isolation", *editable])
    INSTALLED.write_text(json.dumps(installed | {wanted: fingerprint(wanted)}), encoding="utf-8")
    UNFINISHED.unlink()


def create_venv() -> None:
    """Create the environment anew."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    say(f"Setting up {VENV.name} (Python {version}); this happens once and takes a minute or two.")
    # Not `sys.executable`: in an activated .venv that is the very one about to be removed.
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}"
    shutil.rmtree(VENV, ignore_errors=True)
    result = run([str(python), "-m", "venv", str(VENV)])
    if result.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            f"{result.stdout}\nThis Python cannot create virtual environments. On Debian and "
            "Ubuntu `apt-get install python3-venv` mends that; then try again."
        )


def install_packages(arguments: list[str]) -> None:
    """Install with uv, which is fast, or with pip, which every machine is set up for."""
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    result = run([*uv, *arguments], **uv_environment())
    if result.returncode != 0:
        say(f"uv could not do it ({last_line(result.stdout)}); trying pip, which takes longer.")
        run_or_exit(pip_install(arguments))


def uv_environment() -> dict[str, str]:
    """Return the user's pip settings in uv's words, unless uv has settings of its own.

    Every package is checked against its pinned hash, so any of several indexes may deliver it.
    """
    if any(name in os.environ for name in UV_NAMES.values() if name.startswith("UV_")):
        return {}
    environment = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PYTHON_DOWNLOADS": "never"}
    for line in run([str(PYTHON), "-m", "pip", "config", "list"]).stdout.splitlines():
        setting, _, value = line.partition("=")
        name = UV_NAMES.get(setting.rpartition(".")[2])
        if name:
            separator = "," if name == "UV_FIND_LINKS" else " "
            environment[name] = separator.join(shlex.split(value)[0].split())
    return environment


def pip_install(arguments: list[str]) -> list[str]:
    """Return the command of pip that installs something here."""
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", *arguments]


def run(command: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end and keep what it says."""
    return subprocess.run(  # noqa: S603 - commands made here
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def run_or_exit(command: list[str]) -> None:
    """Run a command; end with what it said when it fails."""
    result = run(command)
    if result.returncode != 0:
        sys.exit(
            f"\n{result.stdout}\nThe installation failed: see above. Once that is mended, "
            "the same command starts it over."
        )


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say what is being done, and on a terminal for how long already."""
    started = time.monotonic()
    done = threading.Event()

    def tick() -> None:
        while sys.stdout.isatty() and not done.wait(1):
            sys.stdout.write(f"\r{what} … {time.monotonic() - started:.0f} s")
            sys.stdout.flush()

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()
    start_of_line = "\r" if sys.stdout.isatty() else ""
    say(f"{start_of_line}{what}: {time.monotonic() - started:.0f} s")


def say(text: str) -> None:
    """Tell the user something, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the next `make` starts the setup over.")
