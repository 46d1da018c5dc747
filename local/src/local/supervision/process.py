"""`python -m local.supervision.process`: the supervisor, which ends with the process it serves.

When `climate up` runs in the foreground and is killed without a chance to clean up, the kernel
tells the supervisor (Linux), and it stops the stack in order. Elsewhere the next `climate up` or
`climate down` finds the supervisor still running.
"""

import ctypes
import os
import signal
import sys

from supervisor import supervisord

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(configuration: str, parent: int | None) -> None:
    """Supervise; with a parent given, no longer than that process lives."""
    if parent is not None and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("The process that started the supervisor is gone already.")
    supervisord.main(["--configuration", configuration])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)  # noqa: PLR2004 - optional
