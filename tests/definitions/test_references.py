"""What refers to what: names, the order of evaluation, and cycles."""

import pytest

from tests.definitions.reading import definitions, issues, only


def test_each_is_evaluated_after_what_it_refers_to() -> None:
    found = definitions(
        """\
milestones: {late: {when: in_segment('keen')}, early: {when: trait.x}}
segments: {keen: {when: stage = 'high'}, other: {when: took.late < INTERVAL '1 day'}}
stages: {high: {when: reached.early}, low: {when: TRUE}}
"""
    )
    assert found.evaluation == (
        ("milestone", "early"),
        ("ladder", ""),
        ("segment", "keen"),
        ("milestone", "late"),
        ("segment", "other"),
    )


def test_without_stages_there_is_no_ladder() -> None:
    assert definitions("segments: {s: {when: TRUE}}").evaluation == (("segment", "s"),)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("milestones: {a: {when: reached.b}, b: {when: took.a < INTERVAL '1 day'}}", "a → b → a"),
        ("milestones: {a: {when: NOT reached.a}}", "a → a"),
        (
            "segments: {a: {when: in_segment('b')}, b: {when: in_segment('c')}, c: {when: in_segment('a')}}",
            "a → b → c → a",
        ),
        ("milestones: {m: {when: in_segment('s')}}\nsegments: {s: {when: reached.m}}", "m → s → m"),
        ("segments: {s: {when: stage = 't'}}\nstages: {t: {when: in_segment('s')}, u: {when: TRUE}}", "s → stages → s"),
        ("stages: {t: {when: stage = 'u'}, u: {when: TRUE}}", "the ladder of stages itself"),
        (
            "steps:\n  a: {channel: custom, after: [b]}\n  b: {channel: custom, after: [a]}\n",
            "a → b → a",
        ),
    ],
)
def test_cycles_are_drawn(text: str, drawn: str) -> None:
    issue = only(text)
    assert (issue.level, issue.code) == ("error", "cycle")
    assert drawn in issue.message


def test_two_cycles_are_both_told() -> None:
    text = "segments:\n  a: {when: in_segment('a')}\n  b: {when: in_segment('c')}\n  c: {when: in_segment('b')}\n"
    assert issues(text) == [(3, "cycle"), (4, "cycle")]


def test_long_chains_are_no_cycle() -> None:
    lines = [f"  s{n}: {{when: in_segment('s{n + 1}')}}" for n in range(1500)]
    found = definitions("\n".join(["segments:", *lines, "  s1500: {when: TRUE}"]))
    assert found.evaluation[0] == ("segment", "s1500")
