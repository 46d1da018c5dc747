"""What holds for every command."""

from collections.abc import Iterator

import pytest
import structlog

from local.command import main


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_logs_go_to_standard_error_since_programs_read_the_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["climate", "--help"])
    with pytest.raises(SystemExit):
        main()
    structlog.get_logger().warning("no contender")
    told = capsys.readouterr()
    assert "no contender" in told.err
    assert "no contender" not in told.out
