"""Writes a report: one page that needs nothing beside it, and its figures as pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from local.report import telling, words
from local.report.choosing import chosen_weeks
from local.report.chronicle import fans_figure, timeline_figure
from local.report.drawing import NARROW, WIDE, as_svg, save_png, style
from local.report.explaining import bad_weeks, noticed
from local.report.facts import Origin
from local.report.figures import (
    calibration_figure,
    cost_figure,
    coverage_figure,
    season_figure,
    skill_figure,
)
from local.report.record import Record
from local.report.weekbook import week_cards
from shared.contracts.provenance import Provenance
from shared.forecasting.variables import VARIABLES

PAGE = "report.html"
Draw = Callable[[tuple[float, float]], Figure]


@dataclass(frozen=True)
class Picture:
    """A figure on the page, once for a desk and once for a phone."""

    wide: Markup
    narrow: Markup


def write_report(records: Sequence[Record], folder: Path, origin: Origin | None = None) -> Path:
    """Write the report of some policies at a site and return the page.

    Parameters
    ----------
    records : sequence of Record
        One a policy; the report is about the first, the others are what it is compared with.
    folder : Path
        Made if it is not there; the page and a PNG of each figure go into it.
    """
    origin = origin or Origin()
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        pictures = {
            name: _picture(name, draw, description, folder)
            for name, (draw, description) in _figures(records).items()
        }
    page = folder / PAGE
    page.write_text(_render(records, pictures, origin), encoding="utf-8")
    return page


def _figures(records: Sequence[Record]) -> dict[str, tuple[Draw, str]]:
    """Return what is drawn, by the name of its file, and what it is to somebody who cannot see."""
    record = records[0]
    fans = chosen_weeks(record)
    found: dict[str, tuple[Draw, str]] = {
        "skill": (partial(skill_figure, record), telling.skill_alt(record)),
        "seasons": (
            partial(season_figure, record),
            "Skill by days ahead and season, as the table says.",
        ),
        "timeline": (partial(timeline_figure, record), telling.timeline_alt(record)),
        "coverage": (partial(coverage_figure, record), telling.coverage_alt(record)),
        "calibration": (
            partial(calibration_figure, record),
            "How often it rained by the chance forecast; how often intervals held, by days ahead.",
        ),
    }
    if fans:
        names = ", ".join(f"{name} from {words.day(fan.reference_date)}" for name, fan in fans)
        found["weeks"] = (
            partial(fans_figure, record, fans),
            f"Forecast beside what came: {names}.",
        )
    if len(records) > 1:
        found["cost"] = (partial(cost_figure, records), telling.verdict(records))
    return found


def _picture(name: str, draw: Draw, description: str, folder: Path) -> Picture:
    wide = draw(WIDE)
    save_png(wide, folder / f"{name}.png")
    return Picture(
        wide=as_svg(wide, f"{name}-wide", description),
        narrow=as_svg(draw(NARROW), f"{name}-narrow", description),
    )


def _render(records: Sequence[Record], pictures: dict[str, Picture], origin: Origin) -> str:
    record = records[0]
    environment = Environment(
        loader=PackageLoader("local.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": words.day,
        "variable": words.VARIABLE_WORDS.__getitem__,
        "unit": lambda variable: VARIABLES[variable].unit,
    }
    sheet = (files("local.report") / "static" / "report.css").read_text(encoding="utf-8")
    return environment.get_template(PAGE).render(
        record=record,
        records=records,
        pictures=pictures,
        origin=origin,
        credit=origin.credit or (record.provenance.attribution if record.provenance else ""),
        is_simulated=record.provenance is Provenance.SIMULATED,
        sheet=Markup(sheet),  # noqa: S704 - our own file
        summary=telling.summary(record),
        verdict=telling.verdict(records),
        policies=telling.policy_lines(records),
        skills=telling.skill_rows(record),
        book=week_cards(record),
        milestones=telling.milestones(record),
        bad_weeks=bad_weeks(record, origin.injections),
        noticed=noticed(record, origin.injections),
    )
