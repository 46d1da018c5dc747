"""Who issues the forecasts that are stored and verified: models in service, shadows, references."""

from enum import StrEnum


class Issuer(StrEnum):
    """The part a forecast plays on the day it is issued.

    A model may play several in its life: first challenger, then champion, then previous. The
    references need no training, so that every model can be measured against the same of them.
    """

    CHAMPION = "champion"
    PREVIOUS = "previous"
    CHALLENGER = "challenger"
    CLIMATOLOGY = "climatology"
    PERSISTENCE = "persistence"
    DAMPED_PERSISTENCE = "damped_persistence"
    GUIDANCE = "guidance"
    CORRECTED_GUIDANCE = "corrected_guidance"


#: Issued by a model of the registry: such a forecast names its candidate.
MODELS = (Issuer.CHAMPION, Issuer.PREVIOUS, Issuer.CHALLENGER)
#: What every model is measured against, the easiest to beat first.
REFERENCES = (
    Issuer.CLIMATOLOGY,
    Issuer.PERSISTENCE,
    Issuer.DAMPED_PERSISTENCE,
    Issuer.GUIDANCE,
    Issuer.CORRECTED_GUIDANCE,
)
