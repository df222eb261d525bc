"""Predicates: what they say, what is refused and why, and SQL that reads back as the same tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.trees import EVENT_SCOPE, SCOPE, event_leaves, person_leaves, trees
from waypost.definitions.conditions import parse, write
from waypost.definitions.scopes import AnswerScope, EventScope, PersonScope
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    AnswerOf,
    Compare,
    Condition,
    Differs,
    Has,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Or,
    PropertyOf,
    ReachedOf,
    SignalOf,
    TraitOf,
    Truth,
)
from waypost.model.time import DAY
from waypost.model.values import MILLION, Type

SHARES, PLAN = SignalOf("shares"), TraitOf(("plan",))


def number(value: int) -> Literal:
    return Literal(value * MILLION, Type.NUMBER)


def text(value: str) -> Literal:
    return Literal(value, Type.STRING)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("TRUE", Always(True)),
        ("false", Always(False)),
        ("shares >= 3", Compare(Op.GE, SHARES, number(3))),
        ("3 <= shares", Compare(Op.GE, SHARES, number(3))),
        ("shares != -1", Compare(Op.NE, SHARES, number(-1))),
        ("shares = .5", Compare(Op.EQ, SHARES, Literal(500_000, Type.NUMBER))),
        ("shares = 1e3", Compare(Op.EQ, SHARES, number(1000))),
        ("(shares) = (3)", Compare(Op.EQ, SHARES, number(3))),
        ("trait.plan = 'it''s'", Compare(Op.EQ, PLAN, text("it's"))),
        ('trait."a"."b c" IS NULL', Missing(TraitOf(("a", "b c")))),
        ("trait.plan IS NOT NULL", Not(Missing(PLAN))),
        ("trait.plan IS DISTINCT FROM 'x'", Differs(PLAN, text("x"))),
        ("'x' IS NOT DISTINCT FROM trait.plan", Not(Differs(PLAN, text("x")))),
        ("trait.plan NOT IN ('a', 'b')", Not(Among(PLAN, (text("a"), text("b"))))),
        ("trait.plan LIKE 'a%'", Like(PLAN, "a%")),
        ("trait.plan NOT LIKE 'a_'", Not(Like(PLAN, "a_"))),
        ("age > INTERVAL '2 days'", Compare(Op.GT, Age(), Literal(2 * DAY, Type.INTERVAL))),
        ("first_seen < TIMESTAMP '1970-01-02'", Compare(Op.LT, SignalOf("first_seen"), Literal(DAY, Type.INSTANT))),
        (
            "shares BETWEEN 1 AND 3",
            And((Compare(Op.GE, SHARES, number(1)), Compare(Op.LE, SHARES, number(3)))),
        ),
        ("has(trait.tags, 'a')", Has(("tags",), text("a"))),
        ("NOT reached.setup", Not(Truth(ReachedOf("setup")))),
        (
            "trait.a OR trait.b AND trait.c",
            Or((Truth(TraitOf(("a",))), And((Truth(TraitOf(("b",))), Truth(TraitOf(("c",))))))),
        ),
    ],
)
def test_what_a_predicate_says(sql: str, expected: Condition) -> None:
    assert parse(sql, SCOPE).condition == expected


@pytest.mark.parametrize(
    ("sql", "offset", "code", "says"),
    [
        ("", 0, "empty-predicate", "write TRUE"),
        ("shares = 1 = 2", 0, "chained", "join two comparisons with AND"),
        ("shares < 1 < 2", 0, "chained", "BETWEEN"),
        ("shares IN ()", 0, "empty-list", "('a', 'b')"),
        ("trait.plan IN ('a', NULL)", 20, "null", "IS NULL"),
        ("trait.plan = NULL", 13, "null", "IS NULL"),
        ("trait.plan IN ('a', 3)", 20, "type", "mixes"),
        ("trait.plan IN (shares)", 15, "not-a-value", "literals only"),
        ("shares = 1; DROP TABLE people", 10, "refused", "`;`"),
        ("shares = 1 shares", 11, "not-a-condition", "AND or OR"),
        ("shares = 1)", 10, "not-a-condition", "`)`"),
        ("(shares = 1", 10, "not-a-condition", "breaks off"),
        ("shares = 1 AND", 11, "not-a-condition", "breaks off"),
        ("shares NOT", 7, "not-a-condition", "before"),
        ("shares = 1 -- why", 11, "refused", "comments"),
        ("shares /* why */ = 1", 7, "refused", "comments"),
        ("shares + 1 > 2", 7, "refused", "arithmetic"),
        ("shares - 1 > 2", 0, "refused", "arithmetic"),
        ("shares * 2 > 2", 7, "refused", "arithmetic"),
        ("shares % 2 = 0", 7, "refused", "arithmetic"),
        ("CASE WHEN shares = 1 THEN TRUE END", 0, "refused", "CASE"),
        ("lower(trait.plan) = 'x'", 0, "refused", "functions"),
        ("CAST(trait.plan AS INT) = 1", 0, "refused", "casts"),
        ("trait.plan::int = 1", 10, "refused", "casts"),
        ("trait.plan ILIKE 'x'", 11, "refused", "ILIKE"),
        ("trait.plan ~ 'x'", 11, "refused", "regular expressions"),
        ("trait.plan SIMILAR TO 'x'", 11, "refused", "regular expressions"),
        ("trait.plan REGEXP 'x'", 11, "refused", "regular expressions"),
        ("trait.plan LIKE 'a!%' ESCAPE '!'", 22, "refused", "ESCAPE"),
        ("trait.plan LIKE 'a\\%'", 16, "refused", "backslash"),
        ("shares LIKE 'a'", 0, "type", "texts"),
        ("(SELECT 1) = 1", 1, "refused", "queries"),
        ("EXISTS (SELECT 1)", 0, "refused", "queries"),
        ("shares IN (SELECT 1)", 11, "refused", "queries"),
        ("shares = ?", 9, "refused", "parameters"),
        ("shares = :x", 9, "refused", "parameters"),
        ("shares = @x", 9, "refused", "parameters"),
        ("shares = $1", 9, "refused", "parameters"),
        ("shares = {{ x }}", 9, "refused", "templates"),
        ("trait.plan || 'x' = 'y'", 11, "refused", "joining texts"),
        ("trait.plan COLLATE de = 'x'", 11, "refused", "COLLATE"),
        ("trait.a -> 'b' = 1", 8, "refused", "JSON"),
        ("trait.a[0] = 1", 7, "refused", "JSON"),
        ("shares == 1", 7, "refused", "write ="),
        ("trait.plan <=> 'x'", 11, "refused", "IS NOT DISTINCT FROM"),
        ("trait.plan ISNULL", 11, "refused", "IS NULL"),
        ("trait.a IS TRUE", 0, "refused", "NOT for FALSE"),
        ("trait.a IS UNKNOWN", 11, "refused", "IS NULL"),
        ("trait.plan = ANY ('a')", 13, "refused", "IN ('a', 'b')"),
        ("shares BETWEEN SYMMETRIC 3 AND 1", 15, "refused", "SYMMETRIC"),
        ("`shares` = 1", 0, "refused", "double quotes"),
        ("shares = 'three", 9, "unclosed", "it''s"),
        ("shares = 'three'", 9, "type", "is a number"),
        ("shares", 0, "not-a-condition", "is a number"),
        ("3", 0, "not-a-condition", "compare it"),
        ("1 = 1", 0, "constant", "TRUE or FALSE"),
        ("shares = 0.1234567", 9, "bad-literal", "six decimal places"),
        ("shares = 9999999999999", 9, "bad-literal", "10^12"),
        ("idle = INTERVAL '1 day'", 0, "clock", "BETWEEN"),
        ("age > idle", 0, "clock", "literal"),
        ("mean = 3", 0, "clock", "BETWEEN"),
        ("mean IN (3)", 0, "clock", "BETWEEN"),
        ("age > 3", 6, "type", "INTERVAL '2 days'"),
        ("age > INTERVAL '2 months'", 15, "bad-literal", "weeks"),
        ("age > INTERVAL 2 DAY", 6, "refused", "inside its quotes"),
        ("age > INTERVAL '2' DAY", 6, "refused", "inside its quotes"),
        ("first_seen > DATE '2026-01-01'", 13, "refused", "TIMESTAMP"),
        ("first_seen > TIMESTAMP 'soon'", 23, "bad-literal", "not an instant"),
        ("trait.at > TIMESTAMP '2026-01-01'", 21, "type", "any type"),
        ("sharse > 1", 0, "unknown-signal", "did you mean `shares`"),
        ("setup", 0, "unknown-signal", "write reached.setup"),
        ("stuck", 0, "unknown-signal", "in_segment('stuck')"),
        ("curious", 0, "unknown-signal", "stage = 'curious'"),
        ("reached.setpu", 0, "unknown-milestone", "did you mean `setup`"),
        ("traits.plan = 'x'", 0, "unknown-name", "trait.plan"),
        ("trait", 0, "unknown-name", "trait.NAME"),
        ("in_segment('stcuk')", 11, "unknown-segment", "did you mean `stuck`"),
        ("in_segment('curious')", 11, "unknown-segment", "stage = 'curious'"),
        ("in_segment(stuck)", 0, "refused", "in_segment('NAME')"),
        ("in_segment('stuck') = TRUE", 0, "not-a-value", "stand alone"),
        ("has(shares, 1)", 4, "refused", "traits only"),
        ("has(trait.tags)", 0, "refused", "has(trait.NAME"),
        ("group.size > 3", 0, "not-yet", "later release"),
        ("answer.ease > 3", 0, "unknown-name", "ask_when"),
        ("NOT " * 20 + "trait.a", 60, "too-deep", "segment"),
        ("(" * 30 + "trait.a" + ")" * 30, 15, "too-deep", "segment"),
        ("trait.a" + " AND trait.a" * 2000, 0, "too-long", "segments"),
    ],
)
def test_what_is_refused_has_its_place_its_reason_and_a_way_out(sql: str, offset: int, code: str, says: str) -> None:
    parsed = parse(sql, SCOPE)
    assert parsed.condition is None
    fault = parsed.faults[0]
    assert (fault.offset, fault.code) == (offset, code)
    assert says in f"{fault.message} {fault.hint}"


def test_all_faults_are_told_at_once() -> None:
    faults = parse("sharse > 1 AND (shares = 'x' OR reached.nope) AND trait.plan = NULL", SCOPE).faults
    assert [fault.code for fault in faults] == ["unknown-signal", "type", "unknown-milestone", "null"]


def test_a_broken_signal_is_no_unknown_signal() -> None:
    scope = PersonScope({"broken": None})
    assert parse("broken > 3 AND broken = 'x'", scope).faults == ()


def test_names_in_where_are_the_properties() -> None:
    scope = EventScope({"seats": Type.NUMBER, "tags": None}, ("seats", "tags"))
    parsed = parse('"seats" > 3 AND "event" = \'x\' AND "a"."b" = TRUE', scope).condition
    assert isinstance(parsed, And)
    assert [item.left for item in parsed.items if isinstance(item, Compare)] == [
        PropertyOf(("seats",), Type.NUMBER),
        PropertyOf(("event",)),
        PropertyOf(("a", "b")),
    ]
    assert parse("tags = 'x'", scope).faults[0].code == "type"
    assert parse("tags IS NULL", scope).condition == Missing(PropertyOf(("tags",)))
    assert parse("trait.plan = 'x'", scope).faults[0].code == "unknown-name"
    assert parse("in_segment('x')", scope).faults[0].code == "unknown-name"


def test_a_property_that_looks_like_a_declared_one_is_doubted() -> None:
    parsed = parse("seat > 3", EventScope({"seats": Type.NUMBER}, ("seats",)))
    assert parsed.condition is not None
    assert [fault.warning for fault in parsed.faults] == [True]


def test_words_of_sql_can_name_properties() -> None:
    for word in ("show", "order", "case", "select", "set", "end", "timestamp"):
        assert parse(f"{word} = 1", EventScope()).condition == Compare(Op.EQ, PropertyOf((word,)), number(1))


def test_answers_are_known_only_after_their_question() -> None:
    scope = AnswerScope({"ease": Type.NUMBER})
    assert parse("answer.ease <= 3", scope).condition == Compare(Op.LE, AnswerOf("ease"), number(3))
    assert parse("answer.why = 'x'", scope).faults[0].code == "unknown-question"
    assert parse("shares > 3", scope).faults[0].code == "unknown-name"


@settings(max_examples=150)
@given(trees(person_leaves))
def test_sql_of_a_condition_about_a_person_reads_back(condition: Condition) -> None:
    assert parse(write(condition), SCOPE).condition == condition


@settings(max_examples=100)
@given(trees(event_leaves))
def test_sql_of_a_condition_about_an_event_reads_back(condition: Condition) -> None:
    assert parse(write(condition), EVENT_SCOPE).condition == condition


WORDS = st.sampled_from([
    "shares", "idle", "(", ")", "AND", "OR", "NOT", "=", "<", "IN", "'x'", "1", "1.5", "-", "trait.", '"', "'", ".",
    "--", "NULL", "IS", "BETWEEN", "INTERVAL", "'2 days'", "CASE", "{", "}", "[", ":", "@", "?", "$1", "\\", "has(",
    "in_segment(", "TIMESTAMP", "'2026'", "LIKE", "SELECT", "*", "0x", "N'", "::", "SET", "SHOW", "/*", "~", "|", ",",
    ";", "é",
])  # fmt: skip


@settings(max_examples=200)
@given(st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.lists(WORDS, max_size=12).map("".join), st.text()))
def test_no_text_breaks_the_reading(sql: str) -> None:
    for scope in (SCOPE, EventScope(), AnswerScope()):
        parsed = parse(sql, scope)
        assert (parsed.condition is None) == any(not fault.warning for fault in parsed.faults)
        assert all(0 <= fault.offset <= len(sql) for fault in parsed.faults)
        if parsed.condition is not None:
            assert parse(write(parsed.condition), scope).condition == parsed.condition
