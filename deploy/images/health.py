"""Asks a process in the same container whether it works: `health.py URL [TOKEN_SETTING]`.

Exit code 0 if it answers with success. The second argument names the setting that holds a token to
show, given as `<NAME>` or as the file `<NAME>_FILE`. Plain Python: it starts in a twentieth of a
second.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

SECONDS = 4


def token(setting: str) -> str | None:
    """Return a secret given directly or as a file, or None if it is not set."""
    path = os.environ.get(f"{setting}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(setting)


def main(url: str, token_setting: str | None = None) -> None:
    """Ask once; leave with a sentence when the answer is no."""
    request = urllib.request.Request(url)  # noqa: S310 - our own address
    shown = token(token_setting) if token_setting else None
    if shown:
        request.add_header("Authorization", f"Bearer {shown}")
    # No proxy on the way to our own container.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request, timeout=SECONDS).close()
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"{url}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
