"""Where a site's observations come from: one provenance a site, for good."""

from enum import StrEnum


class Provenance(StrEnum):
    """Origin of every observation of a site; carried into each answer made from them."""

    OPEN_METEO = "open-meteo"
    SIMULATED = "simulated"
    IMPORTED = "imported"

    @property
    def attribution(self) -> str:
        """The sentence an answer made from such data must carry."""
        return _ATTRIBUTIONS[self]


_ATTRIBUTIONS = {
    Provenance.OPEN_METEO: "Weather data by Open-Meteo.com (CC BY 4.0)",
    Provenance.SIMULATED: "Simulated weather, not observations: for trying the system out only",
    Provenance.IMPORTED: "Observations imported from a file by the operator",
}


class Source(StrEnum):
    """The setting `CLIMATE_SOURCE`: where new sites are collected from."""

    OPEN_METEO = "open-meteo"
    SIMULATED = "simulated"
    AUTO = "auto"  # Open-Meteo if it answers when a site is first collected, else simulated
    NONE = "none"  # collect nothing; observations come from `climate import`
