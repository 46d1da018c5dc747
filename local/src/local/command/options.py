"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from shared.contracts.provenance import Source

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="CLIMATE_HOME",
        help="Where everything is kept; .data if not given.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]
SiteOption = Annotated[str, typer.Option("--site", help="The site, as `climate sites` lists it.")]
SourceOption = Annotated[
    Source,
    typer.Option(
        envvar="CLIMATE_SOURCE",
        help="Where weather is collected from. auto: Open-Meteo if it answers, else simulated. "
        "none: nowhere, bring your own with `climate import`.",
    ),
]
