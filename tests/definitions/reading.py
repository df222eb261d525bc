"""Short ways for tests to load a folder of one or a few texts."""

from waypost.definitions.load import Loaded, load
from waypost.model.changes import Definitions, Issue
from waypost.model.time import HOUR, UTC_OFFSETS, Offsets

ZONES = {"UTC": UTC_OFFSETS, "Europe/Berlin": Offsets("Europe/Berlin", UTC_OFFSETS.starts, (HOUR,))}


def read(text: str, **others: str) -> Loaded:
    """What `project: acme` and a text load to; other texts stand in files of their own."""
    files = {f"{name}.yaml": other for name, other in others.items()}
    return load({"waypost.yaml": f"project: acme\n{text}", **files}, ZONES)


def definitions(text: str) -> Definitions:
    """The definitions in a text without mistakes."""
    loaded = read(text)
    assert loaded.definitions is not None, [str(issue) for issue in loaded.issues]
    return loaded.definitions


def issues(text: str, **others: str) -> list[tuple[int, str]]:
    """Line and code of every issue; the first line of the text is line 2."""
    return [(issue.line, issue.code) for issue in read(text, **others).issues]


def only(text: str) -> Issue:
    """The one issue of a text."""
    (issue,) = read(text).issues
    return issue
