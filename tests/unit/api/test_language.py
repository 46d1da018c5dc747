"""The pages in every language: complete, written as that language writes, remembered."""

import re
from datetime import date
from itertools import chain
from pathlib import Path
from string import Formatter

import httpx
import pytest
from markupsafe import Markup

import api.dashboard
from api.dashboard.language import LANGUAGES, Language, Theme, catalogue_of, preferences
from api.dashboard.language.catalogue import Phrase
from shared.contracts.issuers import Issuer
from shared.contracts.jobs import JobKind
from shared.contracts.queues import WORKERS
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from tests.unit.api.pages import Page
from tests.unit.api.world import World

ENGLISH = LANGUAGES["en"]
EACH_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
# Forms CLDR knows that read like another one: millions in French are "de jours" or a longer word.
_READ_AS_OTHER = {"fr": {"many"}}
_SOURCES = Path(str(next(iter(api.dashboard.__path__))))

_FILES = {path.name for path in _SOURCES.rglob("*.html")}


def blanks(phrase: Phrase) -> set[str]:
    """Return what is filled into a phrase, in any of its forms."""
    forms = [phrase] if isinstance(phrase, str) else phrase.values()
    parsed = chain.from_iterable(Formatter().parse(form) for form in forms)
    return {name for _, name, _, _ in parsed if name}


@EACH_LANGUAGE
def test_language_says_all_that_english_says(language: Language) -> None:
    assert language.phrases.keys() == ENGLISH.phrases.keys()


@EACH_LANGUAGE
def test_phrases_have_the_same_blanks_as_in_english(language: Language) -> None:
    for name, phrase in ENGLISH.phrases.items():
        assert blanks(language.phrases[name]) == blanks(phrase), name


@EACH_LANGUAGE
def test_plurals_have_every_form_the_language_has(language: Language) -> None:
    needed = {*language.locale.plural_form.tags, "other"} - _READ_AS_OTHER.get(language.code, set())
    for name, phrase in language.phrases.items():
        if isinstance(ENGLISH.phrases[name], str):
            assert isinstance(phrase, str), name
        else:
            assert not isinstance(phrase, str), name
            assert phrase.keys() >= needed, name


@EACH_LANGUAGE
def test_language_is_not_a_copy_of_english(language: Language) -> None:
    if language is ENGLISH:
        return
    same = [name for name, said in language.phrases.items() if said == ENGLISH.phrases[name]]
    assert len(same) < 0.05 * len(ENGLISH.phrases), same


def test_pages_say_only_what_the_catalogue_has_and_all_of_it() -> None:
    """Names are found in the sources as they stand there; those put together, by their group."""
    sources = [*_SOURCES.rglob("*.py"), *_SOURCES.rglob("*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    phrases = set(catalogue_of("en"))
    groups = {name.split(".")[0] for name in phrases}
    quoted = set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", text))
    said = {name for name in quoted if name.split(".")[0] in groups} - _FILES
    assert said <= phrases
    put_together = {group for group in groups if re.search(rf"""["']{group}\.(["']|{{)""", text)}
    assert {name for name in phrases - said if name.split(".")[0] not in put_together} == set()


@EACH_LANGUAGE
@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("variable", Variable),
        ("family", Family),
        ("kind", JobKind),
        ("issuer", Issuer),
        ("service", WORKERS),
        ("theme", Theme),
    ],
)
def test_everything_with_a_name_is_called_something(
    language: Language, group: str, names: list[str]
) -> None:
    for name in names:
        assert language.say(f"{group}.{name}")


@pytest.mark.parametrize(
    # By CLDR 48, for en-GB, fr-FR and ar-MA.
    ("code", "number", "share", "day"),
    [
        ("en", "1,234.5", "31%", "24 Nov 2026"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}234,5", "31\N{NO-BREAK SPACE}%", "24 nov. 2026"),
        ("ar", "1.234,5", "31%", "24 نونبر 2026"),
    ],
)
def test_numbers_and_days_are_written_as_the_language_does(
    code: str, number: str, share: str, day: str
) -> None:
    language = LANGUAGES[code]
    assert language.decimal(1234.5) == number
    assert language.percent(0.31).replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}") in (
        share,
        share.replace("%", "\N{LEFT-TO-RIGHT MARK}%\N{LEFT-TO-RIGHT MARK}"),
    )
    assert language.day_and_year(date(2026, 11, 24)) == day


def test_nought_has_no_sign_and_below_it_a_real_minus() -> None:
    assert ENGLISH.decimal(-0.04) == "0.0"
    assert ENGLISH.whole(-0.4) == "0"
    assert ENGLISH.whole(-3.6) == "\N{MINUS SIGN}4"
    assert ENGLISH.whole(None) == "\N{EN DASH}"


def test_only_what_is_whole_is_a_hundred_per_cent() -> None:
    assert ENGLISH.whole_percent(0.9999) == "99.9%"
    assert ENGLISH.whole_percent(1.0) == "100%"


def test_markup_in_a_phrase_leaves_everything_else_text() -> None:
    said = ENGLISH.say("outlook.up_to", value=Markup("<b>24</b>"))
    assert said == ": up to <b>24</b>"
    assert isinstance(said, Markup)
    escaped = ENGLISH.say("job.of_family", family="<i>", text=Markup("<b>x</b>"))
    assert escaped == "&lt;i&gt;: <b>x</b>"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("de-DE", "en"),
        ("fr-CA,fr;q=0.8,en;q=0.5", "fr"),
        ("en;q=0.2, ar-MA;q=0.9", "ar"),
        ("fr;q=0, en", "en"),
        ("fr;q=nonsense", "en"),
    ],
)
def test_browser_is_answered_in_what_it_likes_best(header: str, code: str) -> None:
    assert preferences({}, {}, header).language.code == code


def test_what_is_asked_for_goes_before_what_is_remembered() -> None:
    found = preferences({"lang": "ar", "theme": "dark"}, {"lang": "fr", "theme": "light"}, "en")
    assert (found.language.code, found.theme) == ("ar", Theme.DARK)
    assert found.to_remember == {"lang": "ar", "theme": "dark"}
    found = preferences({"lang": "klingon"}, {"lang": "fr"}, "en")
    assert (found.language.code, found.theme) == ("fr", Theme.AUTO)
    assert not found.to_remember


PAGES = (
    "/",
    "/dashboard/verification",
    "/dashboard/models",
    "/dashboard/models/temperature_2m_max",
    "/dashboard/history",
    "/dashboard/data",
    "/dashboard/pipeline",
    "/dashboard/places",
)


@pytest.mark.anyio
@pytest.mark.parametrize("url", PAGES)
@EACH_LANGUAGE
async def test_every_page_is_written_in_every_language(
    client: httpx.AsyncClient, url: str, language: Language
) -> None:
    response = await client.get(url, headers={"Accept-Language": language.code})
    assert response.status_code == 200
    assert response.headers["content-language"] == language.code
    assert "Accept-Language" in response.headers["vary"]
    page = Page(response.text)
    (root,) = [attributes for tag, attributes in page.elements if tag == "html"]
    assert (root["lang"], root["dir"]) == (language.code, language.direction)
    assert "{" not in page.text


@pytest.mark.anyio
async def test_choice_is_remembered_for_the_pages_that_follow(
    client: httpx.AsyncClient, world: World
) -> None:
    del world
    response = await client.get("/dashboard?lang=fr&theme=dark")
    assert 'data-theme="dark"' in response.text
    assert all("httponly" in cookie.lower() for cookie in response.headers.get_list("set-cookie"))
    again = await client.get("/dashboard/models")
    assert 'lang="fr"' in again.text
    assert 'data-theme="dark"' in again.text
    assert "set-cookie" not in again.headers
