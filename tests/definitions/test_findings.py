"""The nearest valid name, and issues once each in the order of the files."""

import pytest

from waypost.definitions.findings import Findings, did_you_mean, nearest
from waypost.definitions.nodes import Place


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("setpu", "setup"),
        ("Setup", "setup"),
        ("fast-finisher", "fast_finisher"),
        ("Fast Finisher", "fast_finisher"),
        ("zzz", None),
    ],
)
def test_the_nearest_name(name: str, close: str | None) -> None:
    assert nearest(name, ["setup", "fast_finisher"]) == close


def test_a_hint_lists_what_is_valid_where_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "valid here: `a`, `b`"
    assert did_you_mean("zzz", []) is None
    assert str(did_you_mean("zzz", [f"name{n}" for n in range(20)])).endswith("and 8 more")


def test_issues_are_told_once_and_in_order() -> None:
    found = Findings()
    found.warn(Place("b", 1, 1), "later", "w")
    found.error(Place("a", 2, 1), "second", "e")
    found.error(Place("a", 1, 9), "first", "e")
    found.error(Place("a", 1, 9), "first", "e")
    assert [issue.code for issue in found.issues()] == ["first", "second", "later"]
    assert found.failed
