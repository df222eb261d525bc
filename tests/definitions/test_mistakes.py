"""A folder with more than fifty different mistakes: all are told at once, each where it stands."""

from tests.definitions.folders import folder
from waypost.definitions.load import load
from waypost.model.time import UTC_OFFSETS

FILES = folder("mistakes")
ISSUES = load(FILES, {"UTC": UTC_OFFSETS, "Europe/Berlin": UTC_OFFSETS}).issues
ERRORS = [issue for issue in ISSUES if issue.level == "error"]


def marked() -> set[tuple[str, int, str]]:
    """The codes after `#!`, with their lines."""
    return {
        (file, number, code)
        for file, text in FILES.items()
        for number, line in enumerate(text.splitlines(), 1)
        for code in line.partition("#!")[2].split()
    }


def test_every_mistake_is_told_at_its_line_and_nothing_else() -> None:
    told = {(issue.file, issue.line, issue.code) for issue in ERRORS}
    assert told - marked() == set()
    assert marked() - told == set()


def test_there_are_more_than_fifty_and_they_differ() -> None:
    assert len({issue.message for issue in ERRORS}) > 50
