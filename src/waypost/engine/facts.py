"""The nearest change of fact that would make a condition TRUE or FALSE: the heart of "why not, and what would help".

The condition's tree is walked for the fewest leaves that would have to be otherwise. Segments and milestones are
opened up, so that the answer names what a person does (`setup_progress`), not what follows from it. What can never
change, such as a milestone that was reached, ends that way; what only time changes, says when.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from waypost.model.changes import Definitions
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    AnswerOf,
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
from waypost.model.decisions import Change
from waypost.model.people import State
from waypost.model.signals import Count, Days, Distinct, Kind, Peak, Since, Within
from waypost.model.signals import Sequence as InOrder
from waypost.model.time import Duration, Instant, write_duration, write_instant
from waypost.model.values import Json, Type, Value, present

_OPPOSITE: Final = {Op.LT: Op.GE, Op.GE: Op.LT, Op.GT: Op.LE, Op.LE: Op.GT, Op.EQ: Op.NE, Op.NE: Op.EQ}
_MIRRORED: Final = {Op.LT: Op.GT, Op.GT: Op.LT, Op.LE: Op.GE, Op.GE: Op.LE, Op.EQ: Op.EQ, Op.NE: Op.NE}
_UPWARDS: Final = frozenset({Op.GE, Op.GT})
_DOWNWARDS: Final = frozenset({Op.LE, Op.LT})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person: their state, and the truth of any condition at that instant."""

    definitions: Definitions
    state: State
    truth: Callable[[Condition], bool | None]


def nearest(condition: Condition, facts: Facts, want: bool = True) -> tuple[Change, ...] | None:
    """The fewest changes that would make the condition what is wanted; empty where it is; None where nothing can."""
    if facts.truth(condition) is want:
        return ()
    match condition:
        case Always():
            return None
        case Not(item):
            return nearest(item, facts, not want)
        case And(items) | Or(items):
            each = [nearest(item, facts, want) for item in items]
            return _all(each) if isinstance(condition, And) is want else _cheapest(each)
        case InSegment(name):
            return nearest(facts.definitions.segments[name].when, facts, want)
        case Truth(ReachedOf(name)):
            return _reach(name, facts) if want else None
        case Truth(operand):
            return (Change(name_of(operand), value_of(operand, facts), "TRUE" if want else "FALSE"),)
        case Compare(op, Literal() as left, right) if not isinstance(right, Literal):
            return nearest(Compare(_MIRRORED[op], right, left), facts, want)
        case Compare(op, left, right):
            return _compare(op if want else _OPPOSITE[op], left, right, facts)
        case Among(operand, literals):
            listed = ", ".join(_written(literal) for literal in literals)
            return _leaf(operand, facts, f"IN ({listed})", want)
        case Like(operand, pattern):
            return _leaf(operand, facts, f"LIKE {_quoted(pattern)}", want)
        case Missing(operand):
            return (Change(name_of(operand), value_of(operand, facts), "IS NULL" if want else "IS NOT NULL"),)
        case Differs(left, right):
            words = "IS DISTINCT FROM" if want else "IS NOT DISTINCT FROM"
            return (Change(name_of(left), value_of(left, facts), f"{words} {name_of(right)}"),)
        case Has(path, literal):
            needed = f"has {_written(literal)}" if want else f"has no {_written(literal)}"
            return (Change(name_of(TraitOf(path)), value_of(TraitOf(path), facts), needed),)
        case _:
            assert_never(condition)


def _all(each: Sequence[tuple[Change, ...] | None]) -> tuple[Change, ...] | None:
    found: list[Change] = []
    for changes in each:
        if changes is None:
            return None
        found.extend(change for change in changes if change not in found)
    return tuple(found)


def _cheapest(each: Sequence[tuple[Change, ...] | None]) -> tuple[Change, ...] | None:
    return min((changes for changes in each if changes is not None), key=len, default=None)


def _leaf(operand: Operand, facts: Facts, test: str, want: bool) -> tuple[Change, ...]:
    return (Change(name_of(operand), value_of(operand, facts), test if want else f"NOT {test}"),)


def _reach(name: str, facts: Facts) -> tuple[Change, ...] | None:
    """What would reach a milestone, if its time limit is not over."""
    milestone, state = facts.definitions.milestones[name], facts.state
    if milestone.within is not None and state.signup is not None and state.at >= state.signup + milestone.within:
        return None
    return nearest(milestone.when, facts) or (Change(f"reached.{name}", False, "TRUE"),)


def _compare(op: Op, left: Operand, right: Operand, facts: Facts) -> tuple[Change, ...] | None:
    now, name = value_of(left, facts), name_of(left)
    needed = f"{op} {name_of(right)}"
    if not isinstance(right, Literal):
        return (Change(name, now, needed),)
    if isinstance(left, Age):
        signup = facts.state.signup
        if signup is None:
            return (Change("signup", None, f"a {facts.definitions.signup or 'first'} event"),)
        return (_wait(name, now, op, right.value, signup),) if op in _UPWARDS else None
    if isinstance(left, TookOf) and facts.state.milestones.get(left.name) is not None:
        return None
    signal = facts.definitions.signals.get(left.name) if isinstance(left, SignalOf) else None
    if signal is not None and isinstance(signal.kind, Since):
        passed = facts.state.signals[signal.name]
        if op in _UPWARDS and isinstance(passed, int):
            return (_wait(name, now, op, right.value, facts.state.at - passed),)
        events = " or ".join(signal.kind.select.names)
        return (Change(name, now, f"{needed}: a new {events} event"),)
    if signal is not None and _never_falls(signal.kind) and _too_high(op, facts.state.signals[signal.name], right):
        return None
    return (Change(name, now, needed),)


def _never_falls(kind: Kind) -> bool:
    """Whether a number can only grow; in a rolling window it falls by itself."""
    if isinstance(kind, Count | Days | Distinct | InOrder):
        return not isinstance(kind.window, Within)
    return isinstance(kind, Peak)


def _too_high(op: Op, now: Value | None, literal: Literal) -> bool:
    """Whether a number that only grows is past what is wanted."""
    if not isinstance(now, int) or not isinstance(literal.value, int):
        return False
    return op in _DOWNWARDS or (op is Op.EQ and now > literal.value)


def _wait(name: str, now: Json, op: Op, length: Value, start: Instant) -> Change:
    duration: Duration = length if isinstance(length, int) else 0
    until = start + duration + (op is Op.GT)
    return Change(name, now, f"{op} {write_duration(duration)}: wait until {write_instant(until)}")


def value_of(operand: Operand, facts: Facts) -> Json:
    """What an operand is now, as JSON shows it; None also where it is not known here."""
    state = facts.state
    match operand:
        case Literal(value, type_):
            return present(value, type_)
        case SignalOf(name):
            return present(state.signals.get(name), facts.definitions.signals[name].type)
        case TraitOf(path):
            trait: Json = state.traits
            for key in path:
                trait = trait.get(key) if isinstance(trait, Mapping) else None
            return trait
        case ReachedOf(name):
            return state.milestones.get(name) is not None
        case TookOf(name):
            reached = state.milestones.get(name)
            if reached is None or state.signup is None:
                return None
            return present(reached - state.signup, Type.INTERVAL)
        case StageOf():
            return state.stage
        case Age():
            return None if state.signup is None else present(state.at - state.signup, Type.INTERVAL)
        case SinceTrait() | PropertyOf() | EventName() | EventSource() | AnswerOf():
            return None
        case _:
            assert_never(operand)


def name_of(operand: Operand) -> str:
    """An operand as a definition writes it."""
    match operand:
        case Literal():
            return _written(operand)
        case SignalOf(name):
            return name
        case TraitOf(path):
            return f"trait.{'.'.join(path)}"
        case SinceTrait(path):
            return f"since_trait.{'.'.join(path)}"
        case PropertyOf(path):
            return ".".join(path)
        case EventName():
            return "event"
        case EventSource():
            return "source"
        case ReachedOf(name):
            return f"reached.{name}"
        case TookOf(name):
            return f"took.{name}"
        case StageOf():
            return "stage"
        case Age():
            return "age"
        case AnswerOf(question):
            return f"answer.{question}"
        case _:
            assert_never(operand)


def _written(literal: Literal) -> str:
    value, type_ = literal.value, literal.type
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return _quoted(value)
    if type_ is Type.INTERVAL:
        return write_duration(value)
    return str(present(value, type_))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
