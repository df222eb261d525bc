"""The whole of a folder: the specification's example, merging, the hash, and texts that are nothing of the kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.folders import folder
from tests.definitions.reading import ZONES, definitions, issues, only, read
from waypost.definitions.load import load
from waypost.model.conditions import Compare, Literal, Op, TraitOf
from waypost.model.tracking import PropertyType
from waypost.model.values import Type


def test_the_example_of_the_specification_loads_without_an_error() -> None:
    loaded = load(folder("example"), ZONES)
    assert [(issue.level, issue.code) for issue in loaded.issues] == [("warning", "not-yet")]
    found = loaded.definitions
    assert found is not None
    assert (found.project, found.signup, found.activation, found.locale) == ("acme", "signed_up", "aha", "en")
    assert found.external_ids == ("email",)
    assert found.tracking.events["report_shared"].properties["seats"].type is PropertyType.INTEGER
    assert [stage.name for stage in found.stages] == [
        "early_adopter",
        "trial_tinkerer",
        "curious_explorer",
        "new_arrival",
    ]
    assert found.delivery == "off"
    assert found.testers == Compare(Op.EQ, TraitOf(("staff",)), Literal(True, Type.BOOLEAN))
    assert set(found.sections) == {"purposes", "subscriptions", "retention", "outcomes", "experiments"}
    assert found.holdout is not None
    assert (found.holdout.share, found.holdout.journey) == (5, "generic")


def test_an_empty_folder_lacks_its_root() -> None:
    assert [issue.code for issue in load({}, {}).issues] == ["missing-file"]
    assert load({}, {}).definitions is None


def test_a_project_has_a_name() -> None:
    (issue,) = load({"waypost.yaml": "locale: en\n"}, {}).issues
    assert (issue.code, issue.hint) == ("missing-key", "write project: NAME")


def test_cases_and_other_files_are_left_alone() -> None:
    files = {"waypost.yaml": "project: a\n", "cases/one.yaml": "case: x\n", "notes.md": "{", "old.yml": "project: b\n"}
    loaded = load(files, {})
    assert loaded.definitions is not None
    assert [(issue.file, issue.code) for issue in loaded.issues] == [("old.yml", "not-read")]


def test_sections_may_be_spread_over_files() -> None:
    loaded = read("signals: {a: {count: x}}", more="signals: {b: {count: y}}\n---\nsignals: {c: {count: z}}")
    assert loaded.definitions is not None
    assert list(loaded.definitions.signals) == ["a", "b", "c"]


def test_a_name_defined_twice_names_both_places() -> None:
    loaded = read("signals:\n  a: {count: x}", more="signals:\n\n  a: {count: y}")
    (issue,) = loaded.issues
    assert (issue.file, issue.line, issue.column, issue.code) == ("more.yaml", 3, 3, "duplicate-name")
    assert "waypost.yaml:3" in issue.message


def test_a_key_set_twice_names_both_places() -> None:
    (issue,) = read("locale: en", more="locale: de").issues
    assert (issue.file, issue.code) == ("more.yaml", "duplicate-key")
    assert "waypost.yaml:2" in issue.message


def test_a_key_twice_in_one_mapping() -> None:
    assert issues("signals:\n  a: {count: x}\n  a: {count: y}") == [(4, "duplicate-key")]
    assert issues("steps:\n  a: {channel: custom, parameters: {x: {y: 1, y: 2}}}") == [(3, "duplicate-key")]


def test_the_ladder_stands_in_one_file() -> None:
    loaded = read("stages: {a: {when: trait.x}}", more="stages: {b: {when: TRUE}}")
    assert [(issue.file, issue.code) for issue in loaded.issues] == [("more.yaml", "duplicate-key")]


def test_sections_may_be_empty() -> None:
    assert definitions("signals:\nsegments:\nevents:\n  opened:\n").tracking.events["opened"].properties == {}


def test_a_definition_may_not() -> None:
    assert issues("signals:\n  a:\nsegments:\n  b:") == [(3, "missing-key"), (5, "missing-key")]


def test_any_definition_may_carry_who_what_and_since() -> None:
    told = "owner: growth, description: Why., since: 2026-01"
    found = definitions(
        f"signals: {{a: {{count: x, {told}}}}}\nmilestones: {{m: {{when: a > 1, {told}}}}}\n"
        f"segments: {{s: {{when: a > 1, {told}}}}}\nstages: {{t: {{when: TRUE, {told}}}}}\n"
        f"steps: {{p: {{channel: custom, {told}}}}}\njourneys: {{j: {{for: TRUE, steps: [p], {told}}}}}\n"
        f"events: {{x: {{{told}}}}}\n"
    )
    a, m, s, (t,) = found.signals["a"], found.milestones["m"], found.segments["s"], found.stages
    assert a.owner == m.owner == s.owner == t.owner == "growth"
    assert a.description == m.description == s.description == t.description == "Why."
    assert found.steps["p"].owner == found.journeys["j"].owner == found.tracking.events["x"].owner == "growth"


@pytest.mark.parametrize("word", ["off", "on"])
def test_delivery_is_a_word(word: str) -> None:
    assert definitions(f"delivery: {word}").delivery == word


def test_testers_must_be_named_where_delivery_is_for_them() -> None:
    assert issues("delivery: testers") == [(2, "missing-key")]
    assert definitions("delivery: testers\ntesters: trait.staff = TRUE").delivery == "testers"


def test_a_zone_is_one_of_the_table() -> None:
    assert definitions("timezone: Europe/Berlin").zone.name == "Europe/Berlin"
    issue = only("timezone: Europe/Berlim")
    assert (issue.code, issue.hint) == ("unknown-zone", "did you mean `Europe/Berlin`?")


def test_activation_is_a_milestone() -> None:
    issue = only("activation: ahaa\nmilestones: {aha: {when: TRUE}}")
    assert (issue.line, issue.code, issue.hint) == (2, "unknown-milestone", "did you mean `aha`?")


def test_signals_are_not_named_like_the_words_of_predicates() -> None:
    for word in ("age", "stage", "order", "select", "any", "trait"):
        assert issues(f"signals: {{{word}: {{count: x}}}}") == [(2, "reserved-name")]


def hash_of(text: str, **others: str) -> str:
    loaded = read(text, **others)
    assert loaded.definitions is not None
    return loaded.definitions.hash


def test_the_hash_is_of_the_content_alone() -> None:
    one = hash_of("signals:\n  a: {count: x}\n  b: {count: y, within: 7 days}\n")
    assert len(one) == 64
    assert one == hash_of("# why\nsignals: {b: {within: '7 days', count: y}, a: {count: x}}")
    assert one == hash_of("signals: {a: {count: x}}", other="signals: {b: {count: y, within: 7 days}}")
    assert one != hash_of("signals: {a: {count: x}, b: {count: y, within: 8 days}}")


def test_the_order_of_the_ladder_is_content() -> None:
    one = hash_of("stages: {a: {when: trait.x}, b: {when: trait.y}, c: {when: TRUE}}")
    assert one != hash_of("stages: {b: {when: trait.y}, a: {when: trait.x}, c: {when: TRUE}}")


def test_names_in_an_unreadable_stretch_are_not_called_unknown() -> None:
    text = "signals:\n  good: {count: x}\n  bad: {count: [x}\nsegments:\n  s: {when: bad > 1}\n  t: {when: worse > 1}\n"
    assert issues(text) == [(4, "yaml"), (7, "unknown-signal")]


TEXTS = [text for name in ("example", "mistakes") for text in folder(name).values()]
SCRAPS = st.sampled_from(
    [*"{}[]:,'\"|>&*!%@`#-?\n\t\\<=~", "- ", ": ", "&a ", "*a", "<<: ", "---\n", "\x00", "\ufeff", "é"]
)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A stretch of a real file with a few slips in it."""
    text = draw(st.sampled_from(TEXTS))
    start = draw(st.integers(0, len(text)))
    text = text[start : start + draw(st.integers(0, 400))]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(SCRAPS) + text[at + draw(st.integers(0, 2)) :]
    return text


@settings(max_examples=100)
@given(st.one_of(broken(), st.text(max_size=60)), st.text(max_size=10))
def test_no_text_makes_loading_raise(text: str, other: str) -> None:
    loaded = load({"waypost.yaml": text, "other.yaml": other}, ZONES)
    failed = any(issue.level == "error" for issue in loaded.issues)
    assert (loaded.definitions is None) == failed
    for issue in loaded.issues:
        assert issue.line >= 1
        assert issue.column >= 1
