"""YAML 1.2 with places: what values are, where they stand, and what is said of texts that are not YAML."""

import pytest

from waypost.definitions.documents import read_documents
from waypost.definitions.findings import Findings
from waypost.definitions.nodes import Items, Mapping, Node, Place, Scalar, plain
from waypost.model.changes import Issue
from waypost.model.values import Json


def read(text: str) -> tuple[tuple[Node, ...], tuple[Issue, ...]]:
    found = Findings()
    documents, _ = read_documents("f.yaml", text, found)
    return documents, found.issues()


def one(text: str) -> Node:
    (document,), issues = read(text)
    assert issues == ()
    return document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("off", "off"), ("on", "on"), ("yes", "yes"), ("true", True), ("FALSE", False), ("null", None),
        ("~", None), ("''", ""), ("12", 12), ("-1", -1), ("0o17", 15), ("0x1F", 31), ("017", 17), ("1_000", "1_000"),
        ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0), ("2026-01-05", "2026-01-05"), ("12:30", "12:30"), ("'1'", "1"),
        ("!!str 1", "1"), ("+10 minutes", "+10 minutes"), ("[a, {b: c}]", ["a", {"b": "c"}]), ("\ufeffx", "x"),
    ],
)  # fmt: skip
def test_values_follow_the_core_schema(text: str, value: Json) -> None:
    assert plain(one(text)) == value


def test_places_count_from_one() -> None:
    root = one("a:\n  b: [x, y]\n")
    assert isinstance(root, Mapping)
    inner = root.get("a")
    assert isinstance(inner, Mapping)
    items = inner.get("b")
    assert isinstance(items, Items)
    assert items.items[1].place == Place("f.yaml", 2, 10)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: xx HERE", 1, 7),
        ("a: 'x''x HERE'", 1, 10),
        ('a: "x\\"x HERE"', 1, 10),
        ("a: xx\n   HERE", 2, 4),
        ("a: |\n  xx\n  HERE", 3, 3),
        ("a: >-\n  xx\n\n    HERE", 4, 5),
        ('a: "x\\n HERE"', 1, 4),
    ],
)
def test_a_character_of_a_text_has_its_own_place_in_any_style(text: str, line: int, column: int) -> None:
    root = one(text)
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    assert value.at(value.text.index("HERE")) == Place("f.yaml", line, column)


def test_an_alias_stands_for_its_anchor() -> None:
    assert plain(one("a: &x [1]\nb: *x\n")) == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ("a: *nope", 1, 4, "unknown-anchor"),
        ("a: [1, 2", 1, 9, "yaml"),
        ("\ta: 1", 1, 1, "yaml"),
        ("a: @x", 1, 4, "yaml"),
        ("a: \x01", 1, 4, "yaml"),
        ("a: b: c", 1, 5, "yaml"),
        ("[a]: b", 1, 1, "bad-key"),
        ("[" * 80 + "]" * 80, 1, 61, "too-deep"),
    ],
)
def test_what_is_not_yaml_has_its_place(text: str, line: int, column: int, code: str) -> None:
    _, issues = read(text)
    assert [(issue.line, issue.column, issue.code) for issue in issues] == [(line, column, code)]


def test_aliases_that_write_out_to_too_much_are_refused() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))]
    assert [issue.code for issue in read("\n".join(lines))[1]] == ["too-large"]


@pytest.mark.parametrize(
    "text",
    ["s: {when: x IN ('a', 'b')}", "s: {when: has(trait.tags, 'x')}", "s: {a: 1, when: x = 'a: b'}", "s: {when: x: 1}"],
)
def test_a_predicate_in_braces_that_lacks_its_quotes_is_told_as_such(text: str) -> None:
    (issue,) = read(text)[1]
    assert issue.code == "unquoted-predicate"
    assert issue.column == text.index("when: ") + 7
    assert issue.hint is not None
    assert "quote the predicate" in issue.hint


def test_one_slip_hides_nothing_after_it() -> None:
    documents, issues = read("a:\n  x: [1\n  y: 2\nb: 3\nc: 'open\n")
    assert [plain(document) for document in documents] == [{"a": {"y": 2}}, {"b": 3}]
    assert [issue.line for issue in issues] == [2, 5]


def test_a_huge_text_is_refused() -> None:
    assert [issue.code for issue in read("a" * 1_000_001)[1]] == ["too-large"]
