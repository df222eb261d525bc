"""The nearest change of fact: fewest leaves, opened up to what a person does, and what only time or nothing changes."""

import pytest

from tests.engine.acme import (
    ADA,
    DEFINITIONS,
    IDLE,
    LOG,
    NOON,
    PLAN,
    PROGRESS,
    RECENT,
    SHARES,
    compare,
    event,
    long,
    number,
    text,
)
from waypost.engine.facts import Facts, name_of, nearest
from waypost.engine.observe import fold, view
from waypost.engine.program import compile_program
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    AnswerOf,
    Condition,
    Differs,
    EventName,
    EventSource,
    Has,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Operand,
    Or,
    PropertyOf,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.decisions import Change
from waypost.model.events import Event
from waypost.model.time import DAY, HOUR
from waypost.model.values import Type, Value


def facts(*more: Event) -> Facts:
    program = compile_program(DEFINITIONS, also=[Missing(SinceTrait(("plan",)))])
    profile = fold(program, ADA, (*LOG, *more), NOON)
    assert profile is not None
    return Facts(DEFINITIONS, view(program, profile, NOON), lambda condition: program.test(condition)(profile, NOON))


TRUE = compare(PROGRESS, Op.EQ, number(1))
TWO_STEPS = Change("progress", 1, ">= 2")
A_SHARE = Change("shares", 0, ">= 1")


@pytest.mark.parametrize(
    ("condition", "changes"),
    [
        (TRUE, ()),
        (Always(True), ()),
        (Always(False), None),
        (compare(PROGRESS, Op.GE, number(2)), (TWO_STEPS,)),
        (compare(number(2), Op.LE, PROGRESS), (TWO_STEPS,)),
        (Not(compare(PROGRESS, Op.LT, number(2))), (TWO_STEPS,)),
        (And((TRUE, compare(PROGRESS, Op.GE, number(2)), compare(SHARES, Op.GE, number(1)))), (TWO_STEPS, A_SHARE)),
        (And((compare(SHARES, Op.GE, number(1)), Always(False))), None),
        (And((compare(SHARES, Op.GE, number(1)), compare(SHARES, Op.GE, number(1)))), (A_SHARE,)),
        (
            Or((And((compare(PROGRESS, Op.GE, number(2)), compare(SHARES, Op.GE, number(1)))), Truth(PLAN))),
            (Change("trait.plan", "free", "TRUE"),),
        ),
        (Or((Always(False), compare(SHARES, Op.GE, number(1)))), (A_SHARE,)),
        (Not(Or((TRUE, compare(SHARES, Op.LT, number(1))))), (Change("progress", 1, "<> 1"), A_SHARE)),
        (Not(And((TRUE, compare(SHARES, Op.LT, number(1))))), (Change("progress", 1, "<> 1"),)),
        (compare(PLAN, Op.EQ, text("team")), (Change("trait.plan", "free", "= 'team'"),)),
        (compare(TraitOf(("team", "size")), Op.GT, number(3)), (Change("trait.team.size", 3, "> 3"),)),
        (compare(SHARES, Op.GT, PROGRESS), (Change("shares", 0, "> progress"),)),
        (Among(PLAN, (text("team"), text("it's"))), (Change("trait.plan", "free", "IN ('team', 'it''s')"),)),
        (Not(Among(PLAN, (text("free"),))), (Change("trait.plan", "free", "NOT IN ('free')"),)),
        (Like(PLAN, "t%"), (Change("trait.plan", "free", "LIKE 't%'"),)),
        (Missing(PLAN), (Change("trait.plan", "free", "IS NULL"),)),
        (Not(Missing(TraitOf(("name",)))), (Change("trait.name", None, "IS NOT NULL"),)),
        (Differs(PLAN, text("free")), (Change("trait.plan", "free", "IS DISTINCT FROM 'free'"),)),
        (Has(("tags",), text("b")), (Change("trait.tags", ["a"], "has 'b'"),)),
        (Not(Has(("tags",), text("a"))), (Change("trait.tags", ["a"], "has no 'a'"),)),
        (compare(StageOf(), Op.EQ, text("old")), (Change("stage", "new", "= 'old'"),)),
        (Truth(ReachedOf("setup")), (TWO_STEPS,)),
        (Truth(ReachedOf("quick")), None),
        (Not(Truth(ReachedOf("begun"))), None),
        (compare(TookOf("begun"), Op.LT, long(HOUR)), None),
        (compare(TookOf("setup"), Op.LT, long(3 * DAY)), (Change("took.setup", None, "< 3 days"),)),
        (Truth(TraitOf(("staff",))), (Change("trait.staff", None, "TRUE"),)),
        (compare(SinceTrait(("plan",)), Op.GT, long(3 * DAY)), (Change("since_trait.plan", None, "> 3 days"),)),
    ],
)
def test_nearest(condition: Condition, changes: tuple[Change, ...] | None) -> None:
    assert nearest(condition, facts()) == changes


def test_a_segment_is_opened_up_and_time_says_when() -> None:
    assert nearest(InSegment("stuck"), facts()) == (
        Change("idle", 86_400, "> 2 days: wait until 2026-03-11T12:00:00.000001Z"),
    )
    assert nearest(compare(IDLE, Op.GE, long(2 * DAY)), facts()) == (
        Change("idle", 86_400, ">= 2 days: wait until 2026-03-11T12:00:00Z"),
    )
    assert nearest(compare(Age(), Op.GE, long(3 * DAY)), facts()) == (
        Change("age", 172_800, ">= 3 days: wait until 2026-03-11T12:00:00Z"),
    )


def test_what_only_an_event_can_bring_back() -> None:
    assert nearest(compare(IDLE, Op.LT, long(HOUR)), facts()) == (Change("idle", 86_400, "< 1 hour: a new any event"),)
    quiet = compare(SignalOf("quiet"), Op.GT, long(DAY))
    assert nearest(quiet, facts()) == (Change("quiet", None, "> 1 day: a new shared event"),)


def test_what_can_never_be_again() -> None:
    shared = facts(event("track", "shared", NOON - HOUR), event("track", "shared", NOON - HOUR + 1))
    assert nearest(compare(Age(), Op.LT, long(DAY)), shared) is None
    assert nearest(compare(SHARES, Op.EQ, number(0)), shared) is None
    assert nearest(compare(SHARES, Op.LE, number(1)), shared) is None
    assert nearest(compare(SignalOf("best"), Op.LT, number(2)), shared) is None
    assert nearest(compare(RECENT, Op.EQ, number(0)), shared) == (Change("recent", 2, "= 0"),), "a window empties"
    assert nearest(compare(SHARES, Op.EQ, number(3)), shared) == (Change("shares", 2, "= 3"),)


def test_without_a_signup_nothing_has_an_age() -> None:
    program = compile_program(DEFINITIONS)
    profile = fold(program, ADA, LOG[1:], NOON)
    assert profile is not None
    known = Facts(DEFINITIONS, view(program, profile, NOON), lambda one: program.test(one)(profile, NOON))
    assert nearest(compare(Age(), Op.GT, long(DAY)), known) == (Change("signup", None, "a signed_up event"),)
    assert nearest(compare(TookOf("begun"), Op.LT, long(DAY)), known) is None


@pytest.mark.parametrize(
    ("operand", "name"),
    [
        (PropertyOf(("a", "b")), "a.b"),
        (EventName(), "event"),
        (EventSource(), "source"),
        (AnswerOf("ease"), "answer.ease"),
        (Literal(True, Type.BOOLEAN), "TRUE"),
        (Literal(NOON, Type.INSTANT), "2026-03-10T12:00:00Z"),
        (ReachedOf("x"), "reached.x"),
    ],
)
def test_operands_are_named_as_definitions_write_them(operand: Operand, name: str) -> None:
    assert name_of(operand) == name


def test_values_are_shown_as_json_shows_them() -> None:
    value: Value = 1_500_000
    assert name_of(Literal(value, Type.NUMBER)) == "1.5"
