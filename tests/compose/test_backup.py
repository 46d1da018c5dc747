"""A backup brings back what was lost after it: observations, champions and the artifacts."""

from pathlib import Path

import pytest

from tests.compose.test_survival import KEPT, counts
from tests.support.containers import Containers
from tests.support.database import SITE_ID

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

WIPE_ARTIFACTS = """
import pathlib, shutil
for each in pathlib.Path("/var/lib/climate").iterdir():
    shutil.rmtree(each)
"""


def test_restored_system_serves_what_was_backed_up(trained: Containers, tmp_path: Path) -> None:
    before, served = counts(trained), trained.forecast(site=SITE_ID).json()["models"]
    trained.environment["CLIMATE_BACKUPS"] = str(tmp_path)
    trained.run("deploy/compose/backup.sh")
    (backup,) = tmp_path.iterdir()

    trained.execute("TRUNCATE observations, promotions CASCADE; DROP DATABASE optuna WITH (FORCE);")
    trained.compose("exec", "-T", "mlflow", "python", "-c", WIPE_ARTIFACTS)
    assert counts(trained) != before
    trained.run("deploy/compose/restore.sh", str(backup), timeout=600)

    after = counts(trained)
    assert all(after[table] >= before[table] for table in KEPT)
    assert after["observations"] == before["observations"]
    assert trained.forecast(site=SITE_ID).json()["models"] == served
    assert "All is well." in trained.verify(wait=60)
