"""The hard limit on a job's time: a process that hangs in a library can only be ended from outside.

Celery's own limits do not hold in a pool of one process. Ended, the process is started again by
whoever supervises it, the lease of its job runs out, and the attempt counts.
"""

import contextlib
import faulthandler
from collections.abc import Iterator
from datetime import timedelta

_STDERR = 2  # Celery replaces `sys.stderr` by something that is no file


@contextlib.contextmanager
def time_limit(limit: timedelta) -> Iterator[None]:
    """End this process if the block takes longer, after writing where it was to its log.

    A watchdog in C does it, which no lock of the interpreter can hold up.
    """
    faulthandler.dump_traceback_later(limit.total_seconds(), exit=True, file=_STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
