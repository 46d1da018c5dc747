"""What is done, in order: from an empty subscription to a running system, and back."""

from collections.abc import Iterator
from pathlib import Path

from deploy.azure import ground
from deploy.azure.commands import app, az, docker, grant, in_group
from deploy.azure.descriptions import describe
from deploy.azure.names import APPS, IMAGES, Target
from deploy.azure.steps import HOPELESS, Command, Step, Unless, Until, Write


def up(target: Target, folder: Path) -> Iterator[Step]:
    """Yield the steps that bring everything up; safe to repeat, with the same tag or a new one.

    Parameters
    ----------
    folder : Path
        Where secrets and descriptions are written on the way; removed by who asks.
    """
    yield from ground.ground(target)
    yield from _images(target)
    yield from ground.vault(target, folder)
    yield from ground.postgres(target, folder)
    yield from ground.redis(target, folder)
    yield from ground.environment(target, folder)
    yield from _migrate(target, folder)
    for name in APPS:
        yield from _roll_out(name, target, folder)
    yield from _move_traffic(target, target.tag)
    yield from verify(target)


def verify(target: Target) -> Iterator[Step]:
    """Yield the steps that check a running system, from outside."""
    host = "properties.configuration.ingress.fqdn"
    yield app("show", target, "--name", "api", query=host, keeps="host")
    yield Command(("python3", "verify_deployment.py", "--url", "https://{host}"))


def roll_back(target: Target, to: str, mark: str) -> Iterator[Step]:
    """Yield the steps that put an earlier version back, the API first.

    The schema stays: it is compatible with the version before.

    Parameters
    ----------
    mark : str
        Tells the revisions that are copied apart from those they are copies of, and from those
        of an earlier rollback; small letters and digits.
    """
    revision = f"api--{to}"
    yield app("revision", "activate", target, "--name", "api", "--revision", revision)
    yield _until_well(target, revision)
    yield from _move_traffic(target, to)
    for name in APPS:
        if name != "api":
            yield app("revision", "copy", target, "--name", name,
                      "--from-revision", f"{name}--{to}",
                      "--revision-suffix", f"{to}-{mark}")  # fmt: skip
            yield _until_well(target, f"{name}--{to}-{mark}")


def down(target: Target) -> Iterator[Step]:
    """Yield the steps that remove everything, the data too."""
    yield az("group", "delete", "--name", target.group, "--yes")
    # A vault is kept for a while after its end, and its name with it.
    yield az("keyvault", "purge", "--name", target.vault, "--location", target.location)


def _images(target: Target) -> Iterator[Step]:
    """Build, tag and push every image; the apps pull by identity, no admin user exists."""
    yield az("acr", "create", *in_group(target, target.registry),
             "--sku", "Basic", "--admin-enabled", "false")  # fmt: skip
    registry = target.id_of("Microsoft.ContainerRegistry/registries", target.registry)
    yield grant("AcrPull", "{principal}", "ServicePrincipal", registry)
    yield az("acr", "login", "--name", target.registry)
    for name in IMAGES:
        local = f"climate-mlops/{name}:{target.tag}"
        yield docker("build", "--target", name, "--build-arg", f"REVISION={target.tag}",
                     "--tag", local, ".")  # fmt: skip
        yield docker("tag", local, target.image(name))
        yield docker("push", target.image(name))


def _migrate(target: Target, folder: Path) -> Iterator[Step]:
    """Bring the databases to the shape of this version, before anything of it runs."""
    file = folder / "migrate.yaml"
    yield Write(file.name, lambda values: {file: describe("migrate", target, values)})
    show = app("job", "show", target, "--name", "migrate")
    create = app("job", "create", target, "--name", "migrate", "--yaml", str(file))
    update = app("job", "update", target, "--name", "migrate", "--yaml", str(file))
    yield Unless(show, (create,), otherwise=(update,))
    yield app("job", "start", target, "--name", "migrate", query="name", keeps="execution")
    state = app("job", "execution", "show", target, "--name", "migrate",
                "--job-execution-name", "{execution}", query="properties.status")  # fmt: skip
    yield Until(state, "Succeeded", HOPELESS)


def _roll_out(name: str, target: Target, folder: Path) -> Iterator[Step]:
    """Bring an app to this version, and wait until its new revision is well."""
    file = folder / f"{name}.yaml"
    yield Write(file.name, lambda values: {file: describe(name, target, values)})
    create = app("create", target, "--name", name, "--yaml", str(file))
    update = app("update", target, "--name", name, "--yaml", str(file))
    yield Unless(app("show", target, "--name", name), (create,), otherwise=(update,))
    yield _until_well(target, f"{name}--{target.tag}")


def _move_traffic(target: Target, tag: str) -> Iterator[Step]:
    """Send every request to a version of the API; the one before is kept, and costs nothing."""
    yield app("ingress", "traffic", "set", target, "--name", "api",
              "--revision-weight", f"api--{tag}=100")  # fmt: skip
    idle = "[?properties.active && properties.trafficWeight==`0`].name | [0]"
    yield app("revision", "list", target, "--name", "api", query=idle, keeps="idle")
    put_away = app("revision", "deactivate", target, "--name", "api", "--revision", "{idle}")
    yield Unless(Command(("test", "-z", "{idle}")), (put_away,))


def _until_well(target: Target, revision: str) -> Step:
    name = revision.partition("--")[0]
    state = app("revision", "show", target, "--name", name, "--revision", revision,
                query="properties.healthState")  # fmt: skip
    # A revision may be called unhealthy while its first replica starts: patience decides.
    return Until(state, "Healthy")
