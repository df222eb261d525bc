"""Milestones, stages and segments."""

from tests.definitions.reading import definitions, issues, only
from waypost.model.conditions import Always
from waypost.model.time import DAY


def test_milestones_may_have_a_limit() -> None:
    found = definitions("milestones: {a: {when: trait.x, within: 7 days}, b: {when: true}}").milestones
    assert (found["a"].within, found["b"].within) == (7 * DAY, None)
    assert found["b"].when == Always(True), "`when: true` is the predicate TRUE"


def test_stages_keep_their_order() -> None:
    stages = definitions("stages: {b: {when: trait.x}, a: {when: trait.y}, z: {when: TRUE}}").stages
    assert [stage.name for stage in stages] == ["b", "a", "z"]


def test_the_last_stage_must_always_hold() -> None:
    issue = only("stages:\n  a: {when: TRUE}\n  b: {when: trait.x}\n".replace("TRUE", "trait.y"))
    assert (issue.line, issue.column, issue.code) == (4, 13, "open-ladder")


def test_a_stage_that_always_holds_hides_those_below() -> None:
    issue = only("stages:\n  a: {when: TRUE}\n  b: {when: TRUE}\n")
    assert (issue.level, issue.line, issue.code) == ("warning", 3, "unreachable-stage")


def test_goals_are_milestones() -> None:
    rest = "segments: {s: {when: TRUE, goal: GOAL}}\nstages: {t: {when: TRUE, goal: GOAL}}\n"
    text = f"milestones: {{aha: {{when: TRUE}}}}\n{rest}"
    assert definitions(text.replace("GOAL", "aha")).segments["s"].goal == "aha"
    assert issues(text.replace("GOAL", "ahaa")) == [(3, "unknown-milestone"), (4, "unknown-milestone")]


def test_a_segment_needs_its_predicate() -> None:
    assert issues("segments: {s: {}}") == [(2, "missing-key")]
    assert issues("segments: {s: {whn: TRUE}}") == [(2, "unknown-key")], "the slip is told once"
    assert issues("segments: {s: {when: 3}}") == [(2, "wrong-value")]
    assert issues("segments: {s: {when: }}") == [(2, "wrong-value")]
    assert issues("segments: {fast finisher: {when: TRUE}}") == [(2, "bad-name")]
