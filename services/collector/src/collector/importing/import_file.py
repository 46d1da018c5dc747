"""The use case: one file into one site, all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine

from collector.errors import FileRefused
from collector.importing.columns import HOURLY, is_hourly, usable_columns
from collector.importing.csv_tables import read_csv_tables
from collector.importing.days import days_of
from collector.importing.json_answers import read_json_tables
from collector.importing.table import Table
from collector.importing.text import read_text
from collector.ports import Clock, Days, DayValues, utc_now
from collector.store import store_days
from shared.adapters.database import make_session_factory
from shared.contracts.provenance import Provenance
from shared.forecasting.variables import Variable

Report = Callable[[str], None]


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    Attributes
    ----------
    rows_read : int
        Rows of all its tables: days or hours.
    days_changed : int
        Days that were new, or had other values before.
    first_date, last_date : date
        The days it holds.
    """

    rows_read: int
    days_changed: int
    first_date: date
    last_date: date


def import_file(
    path: Path,
    *,
    site_id: str,
    engine: Engine,
    report: Report,
    now: Clock = utc_now,
) -> ImportReport:
    """Store the observations of a file with their event, in one transaction.

    Days that are not over are left out: what a download says of them is a forecast.

    Parameters
    ----------
    path : Path
        An Open-Meteo download (CSV or JSON, daily or hourly, any of its units) or a tidy table
        with a `date` column; plain or gzip.
    site_id : str
        A site that exists.
    report : Callable[[str], None]
        Told what is being done, in words for a user.

    Raises
    ------
    FileRefused
        The file is not what it should be; the text names it, line and value.
    SiteUnknown, ProvenanceConflict
        The site cannot take these observations.
    """
    report(f"reading {path}")
    try:
        tables = _read_tables(path)
        ignored = _ignored_headers(tables)
        merged = _merged(tables)
        days = _days_before(now().date(), merged)
    except FileRefused as error:
        message = f"{path}: {error} Nothing was stored."
        raise FileRefused(message) from error
    if ignored:
        report(f"ignoring columns of no use here: {', '.join(ignored)}")
    if len(days) < len(merged):
        report(f"leaving out {len(merged) - len(days)} days that are not over: forecasts")
    first, last = min(days), max(days)
    report(f"storing {len(days)} days from {first} to {last} as observations of {site_id}")
    with make_session_factory(engine).begin() as session:
        changed = store_days(
            session,
            site_id,
            days,
            provenance=Provenance.IMPORTED,
            final_until=last,
            correlation_id=uuid4(),
        )
    return ImportReport(sum(len(table.rows) for table in tables), len(changed), first, last)


def _read_tables(path: Path) -> list[Table]:
    text = read_text(path)
    if text.lstrip()[:1] in {"{", "["}:
        return read_json_tables(text)
    return read_csv_tables(text)


def _merged(tables: list[Table]) -> Days:
    """Return the days of all tables; where both have a value, days win over hours."""
    merged: dict[date, DayValues] = {}
    for table in sorted(tables, key=lambda table: is_hourly(table.headers), reverse=True):
        for day, values in days_of(table).items():
            known = {name: value for name, value in values.items() if value is not None}
            if known:
                merged[day] = {**merged.get(day, {}), **known}
    if not merged:
        raise FileRefused("it holds no complete day (a day of hours needs all 24).")
    return merged


def _days_before(today: date, days: Days) -> Days:
    over = {day: values for day, values in days.items() if day < today}
    if not over:
        raise FileRefused("none of its days is over: forecasts are no observations.")
    return over


def _ignored_headers(tables: list[Table]) -> list[str]:
    """Return the names of all columns of no use here, if any column is of use."""
    ignored, n_used = [], 0
    for table in tables:
        columns = usable_columns(table.headers)
        used = {column.place for column in columns}
        ignored += [header.name for place, header in enumerate(table.headers) if place not in used]
        n_used += len(used)
    if not n_used:
        message = (
            f"no column is usable; accepted are {', '.join(Variable)}, or hourly "
            f"{', '.join(HOURLY)}, with or without their unit."
        )
        raise FileRefused(message)
    return ignored
