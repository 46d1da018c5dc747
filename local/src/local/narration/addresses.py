"""Says where everything is."""

from rich.table import Table

from local.ports import Listener
from local.secrets import FLOWER_USER, Secret
from local.stack.running import Stack


def addresses(stack: Stack) -> dict[str, str]:
    """Return the addresses a person may open, by what is there."""
    api = stack.record.url(Listener.API)
    return {
        "dashboard": f"{api}/",
        "api": f"{api}/docs",
        "tasks": f"{stack.record.url(Listener.FLOWER)}/",
        "models": f"{stack.record.url(Listener.MLFLOW)}/",
    }


def address_table(stack: Stack) -> Table:
    """Lay the addresses out, with how to log in where that is needed."""
    login = (
        f"(Flower; user {FLOWER_USER}, password in {stack.home.secrets / Secret.FLOWER_PASSWORD})"
    )
    notes = {"tasks": login, "models": "(MLflow)", "api": "(what programs may ask)"}
    table = Table(box=None, show_header=False, pad_edge=True)
    for name, address in addresses(stack).items():
        table.add_row(f"[bold]{name.capitalize()}[/]", address, notes.get(name, ""))
    return table
