"""`python -m shared`, the process that comes before all others: what it says when it cannot."""

import os
import subprocess
import sys

from sqlalchemy import make_url


def test_password_the_database_does_not_know_is_told_in_a_sentence(postgres_url: str) -> None:
    url = make_url(postgres_url).set(password="of another day")  # noqa: S106 - a wrong one
    address = {"CLIMATE_DATABASE_URL": url.render_as_string(hide_password=False)}
    done = subprocess.run(
        [sys.executable, "-m", "shared"],
        env=os.environ | address,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "keeps the one it was made with" in done.stderr
    assert "Traceback" not in done.stderr
    assert "of another day" not in done.stderr + done.stdout
