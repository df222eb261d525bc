"""Random conditions that the language can say, for the scope `SCOPE`."""

from typing import Final

from hypothesis import strategies as st

from waypost.definitions.scopes import EventScope, PersonScope
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    Compare,
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
from waypost.model.signals import Avg, Count, Field, First, Latest, Select, Signal, Since, TimeTo
from waypost.model.time import DAY, HOUR, MINUTE, SECOND, WEEK
from waypost.model.values import LIMIT, Type

ANY = Select(("any",))
FIELD = (Field("e", ("p",)),)
SIGNALS: Final[dict[str, Signal | None]] = {
    "shares": Signal("shares", Count(ANY), Type.NUMBER),
    "plan": Signal("plan", Latest(FIELD), Type.STRING),
    "last_value": Signal("last_value", Latest(FIELD), Type.ANY),
    "first_seen": Signal("first_seen", First(ANY), Type.INSTANT),
    "to_value": Signal("to_value", TimeTo(ANY), Type.INTERVAL),
    "idle": Signal("idle", Since(ANY), Type.INTERVAL),
    "mean": Signal("mean", Avg(FIELD), Type.NUMBER),
    "flag": Signal("flag", Latest(FIELD), Type.BOOLEAN),
}
SCOPE: Final = PersonScope(SIGNALS, ("setup", "aha"), ("stuck", "it's-odd"), ("curious",))
EVENT_SCOPE: Final = EventScope(
    {"seats": Type.NUMBER, "name": Type.STRING, "done": Type.BOOLEAN}, ("seats", "name", "done")
)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
names = st.one_of(st.sampled_from(["plan", "First Name", "select", "a.b", 'quo"te', "ä"]), texts.filter(str.strip))
paths = st.lists(names, min_size=1, max_size=4).map(tuple)

numbers = st.integers(-LIMIT, LIMIT).map(lambda value: Literal(value, Type.NUMBER))
strings = texts.map(lambda value: Literal(value, Type.STRING))
booleans = st.booleans().map(lambda value: Literal(value, Type.BOOLEAN))
instants = st.integers(-62_135_596_800 * SECOND, 253_402_300_799 * SECOND).map(
    lambda value: Literal(value, Type.INSTANT)
)
intervals = st.builds(
    lambda count, unit: Literal(count * unit, Type.INTERVAL),
    st.integers(0, 9_999),
    st.sampled_from([SECOND, MINUTE, HOUR, DAY, WEEK]),
)
scalars = st.one_of(numbers, strings, booleans)
ops = st.sampled_from(Op)
ranges = st.sampled_from([Op.LT, Op.LE, Op.GT, Op.GE])


def compared(operand: st.SearchStrategy[Operand], literal: st.SearchStrategy[Literal]) -> st.SearchStrategy[Condition]:
    """Everything that can be asked of operands of one type."""
    return st.one_of(
        st.builds(Compare, ops, operand, literal),
        st.builds(Compare, ops, operand, operand),
        st.builds(Differs, operand, literal),
        st.builds(Missing, operand),
        st.builds(Among, operand, literal.flatmap(lambda one: same_type(one, literal))),
    )


def same_type(one: Literal, literal: st.SearchStrategy[Literal]) -> st.SearchStrategy[tuple[Literal, ...]]:
    more = st.lists(literal.filter(lambda other: other.type is one.type), max_size=2)
    return more.map(lambda rest: (one, *rest))


traits = st.builds(TraitOf, paths)
anything = st.one_of(traits, st.just(SignalOf("last_value")))
clocks = st.one_of(st.builds(SinceTrait, paths), st.just(Age()), st.just(TookOf("setup")), st.just(SignalOf("idle")))

person_leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Always, st.booleans()),
    st.builds(Truth, st.one_of(anything, st.sampled_from([ReachedOf("aha"), SignalOf("flag")]))),
    compared(st.just(SignalOf("shares")), numbers),
    compared(st.one_of(st.just(SignalOf("plan")), st.just(StageOf())), strings),
    compared(st.just(SignalOf("first_seen")), instants),
    compared(st.just(SignalOf("to_value")), intervals),
    compared(anything, scalars),
    st.builds(Compare, ranges, clocks, intervals),
    st.builds(Compare, ranges, st.just(SignalOf("mean")), numbers),
    st.builds(Like, st.one_of(anything, st.just(SignalOf("plan"))), texts.filter(lambda text: "\\" not in text)),
    st.builds(Has, paths, scalars),
    st.builds(InSegment, st.sampled_from(["stuck", "it's-odd"])),
)
properties = st.builds(PropertyOf, paths.filter(lambda path: path[0] not in EVENT_SCOPE.declared))
event_leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Truth, st.one_of(properties, st.just(PropertyOf(("done",), Type.BOOLEAN)))),
    compared(properties, scalars),
    compared(st.just(PropertyOf(("seats",), Type.NUMBER)), numbers),
    compared(st.sampled_from([PropertyOf(("name",), Type.STRING), EventName(), EventSource()]), strings),
    st.builds(Like, properties, texts.filter(lambda text: "\\" not in text)),
)


def trees(leaves: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Leaves joined by AND, OR and NOT."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda items: And(tuple(items))),
            st.lists(inner, min_size=2, max_size=3).map(lambda items: Or(tuple(items))),
            st.builds(Not, inner),
        ),
        max_leaves=8,
    )
