"""What the part `replay` counts from a record."""

from benchmarks.replay.running import promotions_by_registered_rmse


def test_every_lower_rmse_of_its_variable_is_promoted_and_no_equal_one() -> None:
    registered = [("max", 3.0), ("rain", 0.4), ("max", 3.1), ("max", 2.9), ("rain", 0.4)]
    assert promotions_by_registered_rmse(registered) == 3
