"""A new site is what can be true; everything else is refused with a sentence that says why."""

from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.sites import DEFAULT_SITE, Site, new_site
from shared.errors import SiteRefused


def asked(name: str = "Marrakech", **said: Any) -> Site:  # noqa: ANN401 - fields of a site
    place: dict[str, Any] = {"latitude": 31.63, "longitude": -8.0, "timezone": "Africa/Casablanca"}
    return new_site(name, **(place | said))


def test_new_site_is_as_it_was_asked_for() -> None:
    assert asked(elevation=466.0) == DEFAULT_SITE


@pytest.mark.parametrize(
    ("name", "site_id"),
    [
        ("São Paulo", "sao-paulo"),
        ("  St. John's  ", "st-johns"),
        ("Île-de-France", "ile-de-france"),
        ("L'Aquila 2", "laquila-2"),
        ("x" * 60, "x" * 40),
    ],
)
def test_id_is_made_of_the_name(name: str, site_id: str) -> None:
    assert asked(name).site_id == site_id


def test_name_in_another_script_needs_an_id() -> None:
    with pytest.raises(SiteRefused, match="No id can be made of the name 'مراكش': give one"):
        asked("مراكش")
    assert asked("مراكش", site_id="marrakech").name == "مراكش"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": " "}, "needs a name of 1 to 100 characters"),
        ({"name": "a\x1b[31m"}, "needs a name"),
        ({"latitude": 90.1}, "latitude 90.1 is outside -90 to 90 degrees north. Are latitude"),
        ({"latitude": float("nan")}, "latitude nan is outside"),
        ({"latitude": 200.0, "longitude": 200.0}, "outside -90 to 90 degrees north.$"),
        ({"longitude": -181.0}, "longitude -181 is outside -180 to 180 degrees east"),
        ({"longitude": float("inf")}, "longitude inf is outside"),
        ({"elevation": 10_000.0}, "elevation 10000 is outside -500 to 9000 metres"),
        ({"timezone": "Africa/Marrakech"}, "no time zone 'Africa/Marrakech'.* Was Africa/"),
        ({"timezone": "Africa"}, "give its IANA name"),
        ({"timezone": ""}, "There is no time zone ''"),
        ({"site_id": "Marrakech"}, "'Marrakech' cannot be the id of a site"),
        ({"site_id": "marrakech.w200"}, "cannot be the id"),  # as the points of a ring are called
        ({"site_id": "a--b"}, "single hyphens"),
        ({"site_id": "x" * 41}, "40 characters at most"),
        ({"site_id": ""}, "cannot be the id"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_accepted(said: dict[str, Any], why: str) -> None:
    with pytest.raises(SiteRefused, match=why):
        asked(**said)


def test_place_is_the_same_within_a_kilometre() -> None:
    # A hundredth of a degree of latitude is 1.11 km.
    assert DEFAULT_SITE.is_at_the_place_of(replace(DEFAULT_SITE, latitude=31.638))
    assert not DEFAULT_SITE.is_at_the_place_of(replace(DEFAULT_SITE, latitude=31.64))
