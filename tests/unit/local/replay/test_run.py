"""What a replay refuses, and what it says when a part of it is gone."""

from datetime import date, timedelta
from multiprocessing import Pipe
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.replay.apart import Apart, PolicyEnded
from local.replay.run import Request
from local.replay.system import Terms
from local.replay.weather import Injected
from shared.contracts.sites import DEFAULT_SITE
from shared.errors import ClimateError

DAY = date(2022, 3, 1)


def test_injection_at_a_site_that_is_not_replayed_is_refused_with_those_that_are() -> None:
    terms = Terms(seed=1, trials=1, retrain_every=timedelta(days=7))
    injected = [Injected.parse("shift@2022-03-01:2@basel")]
    with pytest.raises(ClimateError, match="at basel: replayed are fes"):
        Request({"fes": (DEFAULT_SITE, {})}, DAY, DAY, [], terms, injected)


def test_policy_whose_process_was_killed_is_told_with_how_to_go_on() -> None:
    ours, theirs = Pipe()
    theirs.close()
    gone = Apart(cast("Any", ours), cast("Any", SimpleNamespace()))
    with pytest.raises(PolicyEnded, match="ended on 2022-03-01; the same command goes on"):
        gone.live(DAY)
