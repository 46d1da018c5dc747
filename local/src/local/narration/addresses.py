"""Says where everything is."""

from pathlib import Path

from local.ports import Listener
from local.secrets import FLOWER_USER, Secret
from local.stack.running import Stack


def addresses(stack: Stack) -> dict[str, str]:
    """Return the addresses a person may open, by what is there."""
    api = stack.record.url(Listener.API)
    return {
        "dashboard": f"{api}/",
        "api": f"{api}/docs",
        "flower": f"{stack.record.url(Listener.FLOWER)}/",
        "mlflow": f"{stack.record.url(Listener.MLFLOW)}/",
    }


def address_lines(stack: Stack) -> str:
    """Lay the addresses out for a person, with how to log in where that is needed."""
    found = addresses(stack)
    password = _short(stack.home.secrets / Secret.FLOWER_PASSWORD)
    return f"""
  [bold]Dashboard[/]  {found["dashboard"]}
  [bold]API[/]        {found["api"]}
  [bold]Tasks[/]      {found["flower"]}  (Flower)
             [dim]user {FLOWER_USER}, password in {password}[/]
  [bold]Models[/]     {found["mlflow"]}  (MLflow)
"""


def _short(path: Path) -> Path:
    """Return a path as seen from here, where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
