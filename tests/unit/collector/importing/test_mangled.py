"""Whatever a file holds, it is understood or refused with a sentence; nothing else ever happens."""

from datetime import date
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import FileRefused
from collector.importing.formats import FORMATS
from collector.importing.reading import understood
from tests.unit.collector.importing.samples import SAMPLES

TODAY = date(2026, 11, 23)
SNIPPETS = st.text(max_size=6) | st.sampled_from(
    ["-9999", "9999.9", "nan", "inf", "1e999", '"', '""', ",", "\n", "\r", "\0", "{", "]", "null"]
)


def test_there_is_a_sample_of_every_format() -> None:
    assert set(SAMPLES) == {known.name for known in FORMATS}


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_understood(name: str) -> None:
    reading = understood(SAMPLES[name], today=TODAY)
    assert reading.format == name
    assert len(reading.days) in {31, 40}


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_mangled_file_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    text = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:place] + data.draw(SNIPPETS) + text[place + cut :]
    text = text[: data.draw(st.integers(0, len(text)) | st.just(len(text)))]
    try:
        reading = understood(text, today=TODAY)
    except FileRefused:
        return
    values = [value for day in reading.days.values() for value in day.values()]
    assert all(value is None or isfinite(value) for value in values)
    assert max(reading.days) < TODAY


@given(st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    with pytest.raises(FileRefused):
        understood(text, today=TODAY)
