"""What a server's log tells, and what it never does."""

import json

import pytest
import structlog

from waypost.runtime.logs import Logger, configure


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


def test_what_an_application_did_not_ask_to_log_stays_out_of_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()
    Logger("test").warning("it was not kept", reason="the disk is full")
    said = capsys.readouterr()
    assert said.out == ""
    assert json.loads(said.err) | {"timestamp": ""} == {
        "event": "it was not kept",
        "reason": "the disk is full",
        "level": "warning",
        "timestamp": "",
    }
    assert not structlog.is_configured()
