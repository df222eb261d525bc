"""Scopes: which names a predicate may use where it stands, and what each of them is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from waypost.definitions.findings import did_you_mean, nearest
from waypost.model.conditions import (
    Age,
    AnswerOf,
    EventName,
    EventSource,
    Operand,
    Path,
    PropertyOf,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
)
from waypost.model.signals import Avg, Ratio, Signal, Since
from waypost.model.values import Type


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for. `clock`: compared by order with literals only.

    `type` is None where the value is never a scalar (a declared list or object): only IS NULL looks at it.
    """

    operand: Operand
    type: Type | None
    clock: bool = False
    doubt: str | None = None
    """A warning about the name, with its hint."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that stands for nothing here: why, and what to write instead."""

    code: str
    message: str
    hint: str | None = None
    name: str | None = None
    """The missing definition's name, if the name is one of ours (it may stand in a file that could not be read)."""


@dataclass(frozen=True, slots=True)
class PersonScope:
    """Predicates about a person. A signal that could not be read is None: known, of any type."""

    signals: Mapping[str, Signal | None] = field(default_factory=dict)
    milestones: Collection[str] = ()
    segments: Collection[str] = ()
    stages: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class EventScope:
    """`where:` over one event; `declared` are the properties that the plan gives all chosen events, None for lists."""

    declared: Mapping[str, Type | None] = field(default_factory=dict)
    listed: Collection[str] = ()
    """Every property that some chosen event declares: a name that only looks like one of them gets a warning."""


@dataclass(frozen=True, slots=True)
class AnswerScope:
    """`ask_when` of a survey's question: the answers to the questions before it."""

    questions: Mapping[str, Type] = field(default_factory=dict)


Scope = PersonScope | EventScope | AnswerScope

HEADS: Final = ("trait", "since_trait", "reached", "took")


def lookup(scope: Scope, path: Path, quoted: tuple[bool, ...]) -> Named | Unknown:
    """What a dotted name stands for; `quoted` says which of its parts stood in double quotes."""
    match scope:
        case PersonScope():
            return _person(scope, path)
        case EventScope():
            return _event(scope, path, quoted)
        case AnswerScope(questions):
            if path[0] != "answer" or len(path) != 2:
                return Unknown("unknown-name", f"`{'.'.join(path)}` is not known here", "write answer.QUESTION")
            kind = questions.get(path[1])
            if kind is None:
                message = f"no question before this one has the id `{path[1]}`"
                return Unknown("unknown-question", message, did_you_mean(path[1], questions))
            return Named(AnswerOf(path[1]), kind)
        case _:
            assert_never(scope)


def clocked(signal: Signal) -> bool:
    """Whether a signal is compared by order with literals only: it moves with the clock, or is a quotient."""
    return isinstance(signal.kind, Since | Avg | Ratio)


def _person(scope: PersonScope, path: Path) -> Named | Unknown:
    head, rest = path[0], path[1:]
    if not rest:
        return _bare(scope, head)
    if head == "trait":
        return Named(TraitOf(rest), Type.ANY)
    if head == "since_trait":
        return Named(SinceTrait(rest), Type.INTERVAL, clock=True)
    if head in ("reached", "took"):
        name = ".".join(rest)
        if name not in scope.milestones:
            message = f"no milestone is named `{name}`"
            return Unknown("unknown-milestone", message, did_you_mean(name, scope.milestones), name)
        if head == "reached":
            return Named(ReachedOf(name), Type.BOOLEAN)
        return Named(TookOf(name), Type.INTERVAL, clock=True)
    if head == "group":
        return Unknown("not-yet", "group.NAME comes with a later release", "use trait.NAME or a signal")
    if head == "answer":
        return Unknown("unknown-name", "answer.QUESTION is known only in a survey's ask_when")
    close = nearest(head, HEADS)
    hint = f"did you mean `{close}.{'.'.join(rest)}`?" if close else "write trait.NAME, reached.M or took.M"
    return Unknown("unknown-name", f"`{'.'.join(path)}` is not known here", hint)


def _bare(scope: PersonScope, name: str) -> Named | Unknown:
    if name == "stage":
        return Named(StageOf(), Type.STRING)
    if name == "age":
        return Named(Age(), Type.INTERVAL, clock=True)
    if name in scope.signals:
        signal = scope.signals[name]
        if signal is None:
            return Named(SignalOf(name), Type.ANY)
        return Named(SignalOf(name), signal.type, clocked(signal))
    if name in scope.milestones:
        return Unknown("unknown-signal", f"`{name}` is a milestone", f"write reached.{name}")
    if name in scope.segments:
        return Unknown("unknown-signal", f"`{name}` is a segment", f"write in_segment('{name}')")
    if name in scope.stages:
        return Unknown("unknown-signal", f"`{name}` is a stage", f"write stage = '{name}'")
    if name in (*HEADS, "group"):
        return Unknown("unknown-name", f"`{name}` needs a name after it", f"write {name}.NAME")
    close = nearest(name, [*scope.signals, "age", "stage"])
    hint = f"did you mean `{close}`?" if close else "define it under signals, or write trait.NAME for a trait"
    return Unknown("unknown-signal", f"no signal is named `{name}`", hint, name)


def _event(scope: EventScope, path: Path, quoted: tuple[bool, ...]) -> Named | Unknown:
    if len(path) == 1 and not quoted[0] and path[0] in ("event", "source"):
        return Named(EventName() if path[0] == "event" else EventSource(), Type.STRING)
    if len(path) > 1 and not quoted[0] and path[0] in (*HEADS, "group") and path[0] not in scope.listed:
        message = f"`where` looks at the event's own properties; `{'.'.join(path)}` is about the person"
        return Unknown("unknown-name", message, f'for a property of that name write "{path[0]}"')
    if path[0] in scope.declared:
        kind = scope.declared[path[0]]
        return Named(PropertyOf(path, Type.ANY if kind is None or len(path) > 1 else kind),
                     Type.ANY if len(path) > 1 else kind)  # fmt: skip
    close = nearest(path[0], scope.listed) if scope.listed and path[0] not in scope.listed else None
    doubt = f"the tracking plan has no property `{path[0]}` here; did you mean `{close}`?" if close else None
    return Named(PropertyOf(path), Type.ANY, doubt=doubt)
