"""Opens a file to import: plain or gzip, UTF-8, of bearable size."""

import gzip
import zlib
from pathlib import Path

from collector.errors import FileRefused

# Eighty years of hours of a dozen variables are 60 MB.
_MAX_BYTES = 256 * 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    FileRefused
        The file cannot be read, is too large, damaged, or no text.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP_MAGIC
        with gzip.open(path) if packed else path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        message = f"{path} cannot be read: {error}."
        raise FileRefused(message) from error
    if len(content) > _MAX_BYTES:
        message = f"{path} holds more than {_MAX_BYTES} bytes: import it in parts."
        raise FileRefused(message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path} is no UTF-8 text (byte {error.start}): CSV or JSON is accepted, also gz."
        raise FileRefused(message) from error
