"""The settings decide whom the client asks, for which weather, and how much it may ask."""

import math
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from collector.open_meteo.assembly import endpoints_of, heaviest_call, limits_of
from collector.open_meteo.calls import MAX_WEIGHT, Endpoint
from collector.open_meteo.reasons import Counter
from collector.open_meteo.restraint.budget import Limits
from collector.settings import OpenMeteoSettings


def settings(**values: Any) -> OpenMeteoSettings:  # noqa: ANN401 - of each setting
    return OpenMeteoSettings.model_validate(values)


def test_without_a_key_the_limits_are_those_of_the_free_service() -> None:
    limits = limits_of(settings())
    assert (limits.minute, limits.hour, limits.day) == (600, 5000, 10_000)
    # Ten years of ten variables of a place weigh 261.
    assert heaviest_call(limits) == pytest.approx(270.0)


def test_with_a_key_no_limit_holds_but_those_set() -> None:
    limits = limits_of(settings(open_meteo_api_key="a-key", open_meteo_calls_per_day=100_000))
    assert (limits.minute, limits.hour, limits.day) == (math.inf, math.inf, 100_000)
    assert heaviest_call(limits) == MAX_WEIGHT


def test_reserve_is_kept_of_the_hour_and_the_day() -> None:
    limits = Limits(minute=600, hour=5000, day=10_000, margin=0.1, reserve=0.2)
    allowed = {c: limits.allowed(c, leaves_reserve=True) for c in Counter}
    assert allowed == pytest.approx(
        {Counter.MINUTE: 540.0, Counter.HOUR: 3500.0, Counter.DAY: 7000.0}
    )
    assert limits.allowed(Counter.DAY, leaves_reserve=False) == pytest.approx(9000.0)


def test_endpoints_name_one_reanalysis_for_the_long_history() -> None:
    endpoints = endpoints_of(settings())
    assert endpoints.archive == Endpoint(
        "https://archive-api.open-meteo.com/v1/archive", "era5_seamless"
    )
    assert endpoints.guidance.url == "https://previous-runs-api.open-meteo.com/v1/forecast"
    assert endpoints.archive_lag == timedelta(days=7)


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_none(key: str) -> None:
    assert settings(open_meteo_api_key=key).open_meteo_api_key is None


def test_settings_never_show_the_key() -> None:
    assert "a-secret" not in repr(settings(open_meteo_api_key="a-secret"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("open_meteo_archive_url", "archive-api.open-meteo.com/v1/archive"),
        ("open_meteo_api_key", "<key>"),
        ("open_meteo_calls_per_day", 0),
        ("open_meteo_margin", 1.0),
        ("payloads_kept", timedelta(0)),
    ],
)
def test_settings_refuse_what_cannot_be(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        settings(**{name: value})
