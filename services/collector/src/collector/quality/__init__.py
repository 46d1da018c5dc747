"""The quality of observations: which values are held back, which are kept but flagged, and why.

Pure: a history in, findings out. `CHECKS` is the table of all checks; `find_faults` runs them.
"""

from collector.quality.bounds import is_possible
from collector.quality.checks import CHECKS, Check, Finding, find_faults
from collector.quality.context import DateRange, context_of

__all__ = ["CHECKS", "Check", "DateRange", "Finding", "context_of", "find_faults", "is_possible"]
