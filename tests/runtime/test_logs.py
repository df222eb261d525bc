"""What a server's log tells, and what it never does."""

import json

import pytest
import structlog

from waypost.runtime.logs import configure


@pytest.mark.parametrize("as_json", [True, False])
def test_a_failure_is_told_without_the_values_in_it(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    configure(json=as_json)
    try:
        email = "ada" + "@example.org"
        try:
            raise ValueError(len(email))
        except ValueError:
            structlog.get_logger("test").exception("it failed", route="/v1/track")
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert "it failed" in said
    assert "ValueError" in said
    assert email not in said
    if as_json:
        assert json.loads(said)["route"] == "/v1/track"
