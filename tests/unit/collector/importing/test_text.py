"""Files are opened plain or packed; what cannot be read is named."""

import gzip
from pathlib import Path

import pytest

from collector.errors import FileRefused
from collector.importing.text import read_text


def test_read_text_unpacks_gzip_whatever_the_name(tmp_path: Path) -> None:
    packed = tmp_path / "daily.csv"
    packed.write_bytes(gzip.compress("°C".encode()))
    assert read_text(packed) == "°C"


def test_read_text_takes_the_mark_of_windows_off(tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    path.write_bytes(b"\xef\xbb\xbfdate")
    assert read_text(path) == "date"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"temperature (\xb0C)", "is no UTF-8 text"),
        (gzip.compress(b"date" * 1000)[:30], "cannot be read"),
        (b"\x1f\x8bnonsense", "cannot be read"),
    ],
)
def test_read_text_names_a_damaged_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "daily.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=f"daily.csv {said}"):
        read_text(path)


def test_read_text_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="No such file"):
        read_text(tmp_path / "daily.csv")
    with pytest.raises(FileRefused, match="Is a directory"):
        read_text(tmp_path)
