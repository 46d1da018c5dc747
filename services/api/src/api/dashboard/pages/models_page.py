"""Who makes the forecasts of a site: a row a variable, each leading to its card."""

from dataclasses import dataclass

from api.dashboard.pages.champions import ChampionRow, champion_rows
from api.dashboard.shell import Shell
from api.serving.snapshot import ServedSite
from api.serving.state import ServingState


@dataclass(frozen=True)
class ModelsPage:
    """What the page shows of one site."""

    shell: Shell
    champions: tuple[ChampionRow, ...]


def models_page(shell: Shell, served: ServedSite, state: ServingState) -> ModelsPage:
    """Return the page about the models of a site."""
    return ModelsPage(shell, champion_rows(served, state, shell.visit.language))
