"""Settings: environment or files, and a refusal that says what to set."""

from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.settings import DatabaseSettings, RedisSettings, load, with_driver

SECRET = "s3cret-of-this-test"  # noqa: S105 - a stand-in
URL = f"postgresql+psycopg2://climate:{SECRET}@db/climate"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"):
        monkeypatch.delenv(f"CLIMATE_{name}", raising=False)


def test_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIMATE_DATABASE_URL", URL)
    assert load(DatabaseSettings).database_url.get_secret_value() == URL


def test_setting_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(URL + "\n", encoding="utf-8")
    monkeypatch.setenv("CLIMATE_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert load(DatabaseSettings).database_url.get_secret_value() == URL


def test_missing_setting_is_named_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"CLIMATE_REDIS_URL .*required.*_FILE"):
        load(RedisSettings)


def test_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLIMATE_REDIS_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match=r"CLIMATE_REDIS_URL_FILE .*nowhere"):
        load(RedisSettings)


@pytest.mark.parametrize("placeholder", ["changeme", "CHANGE-ME", "<password>"])
def test_placeholder_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, placeholder: str
) -> None:
    monkeypatch.setenv("CLIMATE_DATABASE_URL", f"postgresql://climate:{placeholder}{SECRET}@db/c")
    with pytest.raises(ConfigurationError, match=r"CLIMATE_DATABASE_URL .*placeholder") as caught:
        load(DatabaseSettings)
    assert SECRET not in str(caught.value)


def test_placeholder_of_redis_is_refused_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIMATE_REDIS_URL", "redis://:<password>@redis:6379/0")
    with pytest.raises(ConfigurationError, match=r"CLIMATE_REDIS_URL .*placeholder"):
        load(RedisSettings)


def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIMATE_DATABASE_URL", URL)
    assert SECRET not in repr(load(DatabaseSettings))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_address_as_clouds_hand_it_out_names_the_driver(scheme: str) -> None:
    # SQLAlchemy 2.1 would take postgresql:// for psycopg 3.
    assert with_driver(f"{scheme}://u:p@h/d") == "postgresql+psycopg2://u:p@h/d"


@pytest.mark.parametrize("url", ["mysql://u:p@h/d", "not an address", ""])
def test_address_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql"):
        with_driver(url)
