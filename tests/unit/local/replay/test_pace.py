"""Policies side by side: all live all days, none runs away, and an error ends them all."""

from collections import Counter

import pytest

from local.replay.pace import side_by_side


def test_every_policy_lives_every_day_in_order() -> None:
    lived: dict[str, list[int]] = {"gate": [], "never": []}
    side_by_side(
        ["gate", "never"], lambda name, day: lived[name].append(day), days=30, watch=lambda _: None
    )
    assert lived == {"gate": list(range(30)), "never": list(range(30))}


def test_error_of_one_ends_all_and_is_raised() -> None:
    lived: Counter[str] = Counter()

    def live(name: str, day: int) -> None:
        lived[name] += 1
        if name == "gate" and day == 3:
            raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        side_by_side(["gate", "never"], live, days=1000, watch=lambda _: None)
    assert lived["never"] < 20
