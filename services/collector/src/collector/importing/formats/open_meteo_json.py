"""Finds the tables in a JSON file: an answer of Open-Meteo as it was downloaded."""

from pydantic import BaseModel, ValidationError

from collector.errors import FileRefused
from collector.importing.table import Cell, Header, Row, Table, Track, position_of
from shared.forecasting.sphere import Position


class _Answer(BaseModel):
    """The part of an answer that holds observations."""

    latitude: Cell = None
    longitude: Cell = None
    utc_offset_seconds: int = 0
    daily: dict[str, list[Cell]] | None = None
    daily_units: dict[str, str] = {}
    hourly: dict[str, list[Cell]] | None = None
    hourly_units: dict[str, str] = {}


def is_json(text: str) -> bool:
    """Say whether this is JSON, judging by how it begins."""
    return text.lstrip()[:1] in {"{", "["}


def read_json_tables(text: str, track: Track) -> list[Table]:
    """Return the tables of a JSON answer for one place: hourly, daily, or both.

    Raises
    ------
    FileRefused
        The text is no such answer.
    """
    del track  # parsed in one go
    answer = _read(text)
    found = [
        ("hourly", answer.hourly, answer.hourly_units),
        ("daily", answer.daily, answer.daily_units),
    ]
    position = position_of(answer.latitude, answer.longitude)
    tables = [
        _table(section, series, units, answer.utc_offset_seconds, position)
        for section, series, units in found
        if series is not None
    ]
    if not tables:
        message = "the JSON has neither 'daily' nor 'hourly'; an answer of Open-Meteo is accepted."
        raise FileRefused(message)
    return tables


def _read(text: str) -> _Answer:
    try:
        if text.lstrip().startswith("["):
            return _only_one(text)
        return _Answer.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the JSON"
        message = f"{where}: {fault['msg']}; an answer of Open-Meteo is accepted."
        raise FileRefused(message) from None


class _Answers(BaseModel):
    """Several places in one answer, wrapped for validation."""

    answers: list[_Answer]


def _only_one(text: str) -> _Answer:
    answers = _Answers.model_validate_json(f'{{"answers": {text}}}').answers
    if len(answers) != 1:
        message = f"the file holds {len(answers)} places: download each place by itself."
        raise FileRefused(message)
    return answers[0]


def _table(
    section: str,
    series: dict[str, list[Cell]],
    units: dict[str, str],
    utc_offset_seconds: int,
    position: Position | None,
) -> Table:
    times = series.get("time", [])
    names = [name for name in series if name != "time"]
    for name in names:
        if len(series[name]) != len(times):
            message = f"{section}.{name} has {len(series[name])} values for {len(times)} times."
            raise FileRefused(message)
    rows = tuple(
        Row(f"{section}[{place}]", str(time), tuple(series[name][place] for name in names))
        for place, time in enumerate(times)
    )
    headers = tuple(Header(name, units.get(name)) for name in names)
    return Table("time", headers, rows, utc_offset_seconds, position=position)
