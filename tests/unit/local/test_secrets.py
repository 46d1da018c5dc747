"""Secrets: generated once, closed to others, never guessable."""

import stat
from pathlib import Path

from local.secrets import PASSWORDS, Secret, generate_passwords, read_secret, write_secret


def test_generate_passwords_writes_files_only_the_owner_can_read(tmp_path: Path) -> None:
    generate_passwords(tmp_path)
    modes = {stat.S_IMODE((tmp_path / password).stat().st_mode) for password in PASSWORDS}
    assert modes == {0o600}


def test_generate_passwords_keeps_those_that_are_there(tmp_path: Path) -> None:
    generate_passwords(tmp_path)
    before = [read_secret(tmp_path, password) for password in PASSWORDS]
    generate_passwords(tmp_path)
    assert [read_secret(tmp_path, password) for password in PASSWORDS] == before


def test_generate_passwords_replaces_one_that_was_never_finished(tmp_path: Path) -> None:
    (tmp_path / Secret.REDIS_PASSWORD).touch()
    generate_passwords(tmp_path)
    assert len(read_secret(tmp_path, Secret.REDIS_PASSWORD)) >= 32


def test_passwords_differ_from_each_other_and_from_another_stack_s(tmp_path: Path) -> None:
    found = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        generate_passwords(tmp_path / name)
        found |= {read_secret(tmp_path / name, password) for password in PASSWORDS}
    assert len(found) == 2 * len(PASSWORDS)


def test_passwords_need_no_escaping_in_an_address(tmp_path: Path) -> None:
    generate_passwords(tmp_path)
    for password in PASSWORDS:
        assert set(read_secret(tmp_path, password)) <= set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        )


def test_write_secret_closes_a_file_that_was_open_to_others(tmp_path: Path) -> None:
    (tmp_path / Secret.DATABASE_URL).touch(mode=0o644)
    write_secret(tmp_path, Secret.DATABASE_URL, "postgresql+psycopg2://somewhere")
    assert stat.S_IMODE((tmp_path / Secret.DATABASE_URL).stat().st_mode) == 0o600
