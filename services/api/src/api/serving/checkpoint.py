"""What was last served, on disk: so that a restart serves on while PostgreSQL is away.

Only a copy of what the database said is kept; it may vanish at any time. The model artifacts have
a cache of their own.
"""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.parse import quote

import numpy as np
from pydantic import TypeAdapter

from api.ports import DesiredState
from api.serving.snapshot import Snapshot
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable

_DESIRED_STATE = TypeAdapter(DesiredState)


class Checkpoint:
    """A `ServingSource` written by the process that has a better one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: DesiredState | None = None
        self._kept_histories: dict[str, DailyHistory] = {}

    def desired_state(self) -> DesiredState:
        """Return what should have been served; `OSError` or `ValueError` where that is unknown."""
        return _DESIRED_STATE.validate_json(self._desired_file.read_bytes())

    def inputs(self, site_id: str) -> ForecastInputs:
        """Return the site's own observations that were known: they are enough to serve on.

        Neighbours and guidance are worth nothing once they are old.
        """
        return ForecastInputs(self._history(site_id))

    def _history(self, site_id: str) -> DailyHistory:
        content = BytesIO(self._history_file(site_id).read_bytes())
        with np.load(content, allow_pickle=False) as arrays:
            names = [Variable(name) for name in arrays["variables"].tolist()]
            return DailyHistory(
                date.fromisoformat(str(arrays["first_date"])),
                dict(zip(names, arrays["values"], strict=True)),
            )

    def save(self, desired: DesiredState, snapshot: Snapshot) -> None:
        """Keep what is served now, as far as it is not kept already."""
        if desired == self._kept:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        # Histories first: what the desired state names is then always there.
        for site_id, served in snapshot.sites.items():
            if served.history is not None:
                self._save_history(site_id, served.history)
        _replace(self._desired_file, lambda file: file.write(_DESIRED_STATE.dump_json(desired)))
        self._kept = desired

    def _save_history(self, site_id: str, history: DailyHistory) -> None:
        if self._kept_histories.get(site_id) is history:
            return
        _replace(
            self._history_file(site_id),
            lambda file: np.savez_compressed(
                file,
                allow_pickle=False,
                first_date=np.array(history.first_date.isoformat()),
                variables=np.array([variable.value for variable in history.values]),
                values=np.stack(list(history.values.values())),
            ),
        )
        self._kept_histories[site_id] = history

    @property
    def _desired_file(self) -> Path:
        return self._folder / "desired.json"

    def _history_file(self, site_id: str) -> Path:
        return self._folder / f"history-{quote(site_id, safe='')}.npz"


def _replace(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    with NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
        unfinished = Path(file.name)
        try:
            write(file)
            file.flush()
            unfinished.replace(path)
        finally:
            # On a full disk it is tried again every few seconds: nothing may be left each time.
            unfinished.unlink(missing_ok=True)
