"""Predicates in their files: the place of a fault, and what NOT does to what may be missing."""

import pytest

from tests.definitions.reading import issues, only

SIGNALS = "signals: {n: {count: x}, idle: {since: any}, plan: {latest: x.plan}}\nmilestones: {m: {when: TRUE}}\n"


def test_a_fault_is_told_where_it_stands_in_the_file() -> None:
    issue = only(SIGNALS + "segments:\n  s:\n    when: >-\n      n > 1\n      AND nn > 2\n")
    assert (issue.line, issue.column, issue.code) == (8, 11, "unknown-signal")


@pytest.mark.parametrize(
    ("predicate", "missing"),
    [
        ("NOT trait.plan = 'x'", "trait.plan"),
        ("trait.plan NOT IN ('x')", "trait.plan"),
        ("NOT (n > 1 AND plan = 'x')", "plan"),
        ("NOT took.m < INTERVAL '1 day'", "took.m"),
        ("NOT idle > INTERVAL '1 day'", "idle"),
        ("NOT trait.staff", "trait.staff"),
    ],
)
def test_not_over_what_may_be_missing_is_doubted(predicate: str, missing: str) -> None:
    issue = only(f'{SIGNALS}segments: {{s: {{when: "{predicate}"}}}}')
    assert (issue.level, issue.code) == ("warning", "not-over-missing")
    assert f"`{missing}`" in issue.message


@pytest.mark.parametrize(
    "predicate",
    [
        "NOT n > 1",
        "NOT reached.m",
        "NOT in_segment('s2')",
        "NOT has(trait.tags, 'x')",
        "NOT age > INTERVAL '1 day'",
        "trait.plan <> 'x'",
        "trait.plan IS NOT NULL",
        "NOT trait.plan = 'x' OR trait.plan IS NULL",
        "trait.plan IS NOT DISTINCT FROM 'x'",
    ],
)
def test_not_is_not_doubted_where_nothing_surprises(predicate: str) -> None:
    assert issues(f'{SIGNALS}segments: {{s2: {{when: TRUE}}, s: {{when: "{predicate}"}}}}') == []


def test_a_predicate_that_yaml_cut_is_told_once() -> None:
    assert issues("segments: {s: {when: trait.x IN (1, 2)}}") == [(2, "unquoted-predicate")]
    assert issues("milestones: {s: {when: trait.x IN (1, 2), within: 7 days}}") == [(2, "unquoted-predicate")]
    assert issues("segments: {s: {when: trait.x IN ('a', 'b')}}") == [(2, "unquoted-predicate")]
    assert issues("segments: {s: {when: \"trait.x IN ('a', 'b')\"}}") == []
