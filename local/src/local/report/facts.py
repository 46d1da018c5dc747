"""What a report is told of a run beside its record: what was injected, and how it was made."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Injection:
    """Something that was done to a replayed system on purpose.

    Attributes
    ----------
    what : str
        In words, such as "the maximum read 2 °C too warm from here on".
    last_date : date or None
        None where it was never undone.
    """

    what: str
    first_date: date
    last_date: date | None = None


@dataclass(frozen=True)
class Origin:
    """How a record came about.

    Attributes
    ----------
    command : str
        What makes the same record again; empty for a live system.
    ledger_hash : str
        Of the whole record, the same for each run with the same inputs; empty if unknown.
    credit : str
        Of the data, as its licence asks for.
    """

    command: str = ""
    ledger_hash: str = ""
    credit: str = ""
    injections: tuple[Injection, ...] = ()
