"""What programs hand in: fit, or a Problem in words that say what to give."""

from datetime import UTC, date, datetime

import pytest

from waypost.model.problems import Problem
from waypost.model.time import SECOND
from waypost.runtime import arguments


def test_what_is_fit_is_taken() -> None:
    assert arguments.who("ada", "phone-1") == "u:ada"
    assert arguments.who(None, 7) == "a:7"
    assert arguments.text("page", "/\0", 10) == "/\ufffd"
    assert arguments.text("page", None, 10) is None
    assert arguments.number("slots", 0) == 0
    assert arguments.instant(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == SECOND
    assert arguments.instant("1970-01-01T00:00:01Z") == SECOND
    assert arguments.messages(message for message in ("one", "two")) == ["one", "two"]


@pytest.mark.parametrize("value", ["", " ", "null", "x" * 256, "a\0", "\ud800", 1.5, True, 2**70, b"ada", [], object()])
def test_what_is_no_id_of_one_person_is_refused(value: object) -> None:
    for named in ({"user_id": value, "anonymous_id": None}, {"user_id": None, "anonymous_id": value}):
        with pytest.raises(Problem) as raised:
            arguments.who(**named)
        assert raised.value.code == "bad_id"


@pytest.mark.parametrize("value", [5, date(2026, 1, 5), "yesterday", datetime(2026, 1, 5), [], object()])  # noqa: DTZ001
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(Problem) as raised:
        arguments.instant(value)
    assert raised.value.code == "bad_time"


@pytest.mark.parametrize("wrong", ["3", -1, True, 1.0])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(Problem, match="expected a whole number of 0 or more"):
        arguments.number("slots", wrong)


@pytest.mark.parametrize("wrong", [5, "x" * 11, b"x"])
def test_what_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(Problem, match="expected a text of at most 10 characters"):
        arguments.text("page", wrong, 10)


@pytest.mark.parametrize("wrong", [None, {"type": "track"}, "track", 5])
def test_what_is_no_list_of_messages_is_refused(wrong: object) -> None:
    with pytest.raises(Problem, match="no list of messages"):
        arguments.messages(wrong)
