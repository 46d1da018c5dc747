"""A backup brings back what was lost after it: observations, champions and the artifacts."""

from pathlib import Path
from typing import Any

import pytest

from tests.compose.test_survival import KEPT, counts
from tests.support.containers import Containers
from tests.support.database import SITE_ID
from tests.support.stack import eventually

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]

WIPE_ARTIFACTS = """
import pathlib, shutil
for each in pathlib.Path("/var/lib/climate").iterdir():
    shutil.rmtree(each)
"""


PROMOTE_ONCE_MORE = """
INSERT INTO promotions (site_id, variable, candidate_id, previous_candidate_id, kind, decision_id)
SELECT site_id, variable, candidate_id, previous_candidate_id, 'rollback', decision_id
FROM promotions;
"""
DISASTER = """
DROP SCHEMA public CASCADE;
DROP DATABASE optuna WITH (FORCE);
"""


def served(system: Containers) -> dict[str, Any]:
    """Return what the models of a forecast are, epochs and all."""
    found: dict[str, Any] = system.forecast(site=SITE_ID).raise_for_status().json()["models"]
    return found


def test_restored_system_serves_what_was_backed_up(trained: Containers, tmp_path: Path) -> None:
    counted, models = counts(trained), served(trained)
    trained.environment["CLIMATE_BACKUPS"] = str(tmp_path)
    trained.run("deploy/compose/backup.sh")
    (backup,) = tmp_path.iterdir()

    # What came after the backup goes with the rest, although the API has seen and kept it.
    trained.execute(PROMOTE_ONCE_MORE)
    eventually(lambda: served(trained) != models, what="serving the later promotion", within=60)
    trained.execute(DISASTER)
    trained.compose("exec", "-T", "mlflow", "python", "-c", WIPE_ARTIFACTS)
    trained.run("deploy/compose/restore.sh", str(backup), timeout=600)

    assert "All is well." in trained.verify(wait=60)
    after = counts(trained)
    assert all(after[table] >= counted[table] for table in KEPT)
    assert after["observations"] == counted["observations"]
    eventually(lambda: served(trained) == models, what="serving what was backed up", within=60)
