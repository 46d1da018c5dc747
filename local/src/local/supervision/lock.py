"""One stack a home: a lock that lasts exactly as long as the processes that hold it.

`climate up` takes it and hands it on to the supervisor, so it outlives whichever dies first. The
kernel lets go of it when the last holder is gone, however that came about: it is never stale.
"""

import fcntl
import os
from pathlib import Path


class StackLock:
    """The lock of one home."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        """The open file that is the lock; whoever inherits it holds the lock as well."""
        if self._descriptor is None:
            raise RuntimeError("the lock is not held")
        return self._descriptor

    def acquire(self) -> bool:
        """Take the lock if nobody has it; say whether we have it now."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The last holder may have removed the file between our opening and locking it.
            if self._path.stat().st_ino == os.fstat(descriptor).st_ino:
                self._descriptor = descriptor
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(descriptor)
        return False

    @property
    def is_ours(self) -> bool:
        """Say whether this object holds the lock."""
        return self._descriptor is not None

    def hand_over(self) -> None:
        """Let go and leave the lock to whoever has inherited it."""
        os.close(self.descriptor)
        self._descriptor = None

    def release(self) -> None:
        """Let go, and leave no file behind."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def is_held(self) -> bool:
        """Say whether anybody has the lock."""
        if self.is_ours:
            return True
        if not self._path.exists():
            return False
        if self.acquire():
            self.release()
            return False
        return True
