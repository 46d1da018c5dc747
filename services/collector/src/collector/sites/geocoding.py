"""Where a name is: Open-Meteo's geocoding, https://open-meteo.com/en/docs/geocoding-api."""

from collections.abc import Sequence

import httpx
from pydantic import BaseModel, Field, ValidationError

from collector.errors import SourceRefused, SourceUnavailable
from shared.errors import SiteRefused

_TIMEOUT_SECONDS = 10.0
_CONNECTIONS_TRIED = 3
_MOST_MATCHES = 100  # the most there are to be had: an unlucky Springfield is far down the list
_SHOWN = 10
_LETTERS_OF_A_CODE = 2
_A_WAY_ON = "try again later, or give the position with --latitude and --longitude."


class FoundPlace(BaseModel):
    """A place of that name; what is not known of it is left out of the answer."""

    name: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    elevation: float | None = None
    timezone: str | None = None
    country: str | None = None
    country_code: str | None = None
    admin1: str | None = None
    population: int | None = None

    def __str__(self) -> str:
        """Return the place as a person would tell it from others of its name."""
        parts = dict.fromkeys(part for part in (self.name, self.admin1, self.country) if part)
        return f"{', '.join(parts)} ({self.latitude:.2f}, {self.longitude:.2f})"


class _Answer(BaseModel):
    """The answer; without any match it has no `results` at all."""

    results: list[FoundPlace] = []
    error: bool = False
    reason: str | None = None


class PlaceUnknown(SiteRefused):
    """No place of that name was found."""


class PlaceAmbiguous(SiteRefused):
    """Several places have that name, and nobody said which.

    Attributes
    ----------
    places : sequence of FoundPlace
        In the order of the source, the likeliest first.
    listing : str
        The likeliest, numbered from 1, a line each.
    """

    def __init__(self, name: str, places: Sequence[FoundPlace]) -> None:
        self.places = places
        lines = [f"{name!r} is the name of {len(places)} places:"]
        lines += [f"  {number}  {place}" for number, place in enumerate(places[:_SHOWN], start=1)]
        if len(places) > _SHOWN:
            lines.append(f"  …  and {len(places) - _SHOWN} more")
        self.listing = "\n".join(lines)
        super().__init__(
            f"{self.listing}\nSay which with --country (MA or Morocco) or --choose and its number."
        )


class Geocoder:
    """Asks where names are.

    Parameters
    ----------
    url : str
        Address of the service.
    transport : httpx.BaseTransport, optional
        In tests, what answers instead of the network.
    """

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url
        self._transport = transport

    def find(self, name: str, country: str | None = None) -> list[FoundPlace]:
        """Return the places of a name, the likeliest first.

        Parameters
        ----------
        country : str, optional
            Its name, or its code of two letters (ISO 3166-1).

        Raises
        ------
        PlaceUnknown
            There is none.
        SourceUnavailable, SourceRefused
            There is no usable answer.
        """
        asked = {"name": name, "count": str(_MOST_MATCHES), "language": "en", "format": "json"}
        if country is not None and len(country) == _LETTERS_OF_A_CODE:
            asked["countryCode"] = country.upper()
        places = [place for place in self._ask(asked) if _is_in(place, country)]
        if not places:
            where = "" if country is None else f" in {country}"
            raise PlaceUnknown(
                f"No place {name!r} was found{where}: try another spelling, or give its position "
                "with --latitude and --longitude."
            )
        return places

    def find_one(
        self, name: str, *, country: str | None = None, choice: int | None = None
    ) -> FoundPlace:
        """Return the one place that is meant; it is never guessed.

        Parameters
        ----------
        choice : int, optional
            Its number in the list of several, from 1.

        Raises
        ------
        PlaceAmbiguous
            There are several, and none was chosen.
        """
        places = self.find(name, country)
        if choice is not None and 1 <= choice <= len(places):
            return places[choice - 1]
        if len(places) > 1 or choice is not None:
            raise PlaceAmbiguous(name, places)
        return places[0]

    def _ask(self, asked: dict[str, str]) -> list[FoundPlace]:
        transport = self._transport or httpx.HTTPTransport(retries=_CONNECTIONS_TRIED - 1)
        try:
            with httpx.Client(transport=transport, timeout=_TIMEOUT_SECONDS) as client:
                answer = client.get(self._url, params=asked)
        except httpx.HTTPError as error:
            raise SourceUnavailable(
                f"Open-Meteo's geocoding does not answer ({error}): {_A_WAY_ON}"
            ) from error
        if not answer.is_success:
            raise SourceUnavailable(
                f"Open-Meteo's geocoding answers with {answer.status_code}: {_A_WAY_ON}"
            )
        return _read(answer.content)


def _read(body: bytes) -> list[FoundPlace]:
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise SourceRefused(
            "The answer of Open-Meteo's geocoding is not of the agreed shape "
            f"({fault['msg']}): {_A_WAY_ON}"
        ) from None
    if answer.error:  # which may come with a status of success
        raise SourceUnavailable(f"Open-Meteo's geocoding says {answer.reason!r}: {_A_WAY_ON}")
    return answer.results


def _is_in(place: FoundPlace, country: str | None) -> bool:
    known = {(place.country_code or "").casefold(), (place.country or "").casefold()}
    return country is None or country.casefold() in known
