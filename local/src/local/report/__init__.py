"""The report of a record: years of forecasts, decisions and their consequences on one page.

It reads the tables that every policy of a replay, and the live system too, writes the same way:
`read_record` once a policy, then `write_report` for the page and its figures.
"""

from local.report.facts import Injection, Origin
from local.report.reading import read_record
from local.report.record import Record
from local.report.writing import write_report

__all__ = ["Injection", "Origin", "Record", "read_record", "write_report"]
