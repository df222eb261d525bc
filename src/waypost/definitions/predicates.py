"""Predicates where they stand in a file: read under a scope, their faults told with line and column."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from waypost.definitions.conditions import parse, write
from waypost.definitions.findings import Findings
from waypost.definitions.nodes import Node, Scalar
from waypost.definitions.scopes import PersonScope, Scope
from waypost.model.conditions import (
    Always,
    Among,
    And,
    AnswerOf,
    Compare,
    Condition,
    Differs,
    Has,
    InSegment,
    Like,
    Missing,
    Not,
    Operand,
    Or,
    PropertyOf,
    SignalOf,
    SinceTrait,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.signals import Count, Days, Distinct, Peak, Sequence, Signal, Sum
from waypost.model.tracking import TrackingPlan


@dataclass(slots=True)
class Reading:
    """What the readers of one definition folder share while they read."""

    found: Findings
    plan: TrackingPlan = field(default_factory=TrackingPlan)
    scope: PersonScope = field(default_factory=PersonScope)
    unread: tuple[str, ...] = ()
    """Stretches of files that could not be read: a name that one of them may define is not called unknown."""

    def maybe_defined(self, name: str) -> bool:
        """Whether a stretch that could not be read may define the name: it stands there as a key."""
        key = re.compile(rf"""(?:^|[\s{{,"'])["']?{re.escape(name)}["']?\s*:""", re.MULTILINE)
        return any(key.search(text) for text in self.unread)

    def unknown(self, node: Scalar, code: str, message: str, hint: str | None) -> None:
        """Note a name that nothing defines."""
        if not self.maybe_defined(node.text):
            self.found.error(node.place, code, message, hint)


def read_predicate(node: Node | None, scope: Scope, reading: Reading) -> Condition | None:
    """The condition at a node; None where there is none, or where it is broken (which is then noted)."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str | bool):
        return None
    if reading.found.has(node.place, "unquoted-predicate"):
        return None
    parsed = parse(node.text, scope)
    for fault in parsed.faults:
        place = node.at(fault.offset)
        if fault.warning:
            reading.found.warn(place, fault.code, fault.message, fault.hint)
        elif fault.name is None or not reading.maybe_defined(fault.name):
            reading.found.error(place, fault.code, fault.message, fault.hint)
    if parsed.condition is not None:
        signals = scope.signals if isinstance(scope, PersonScope) else {}
        for text in surprises(parsed.condition, signals):
            message = f"`NOT` is not met where `{text}` is missing: people without it are out both ways"
            hint = (
                f"add OR {text} IS NULL to let them in, or AND {text} IS NOT NULL to show that they are meant to be out"
            )
            reading.found.warn(node.place, "not-over-missing", message, hint)
    return parsed.condition


def surprises(condition: Condition, signals: Mapping[str, Signal | None]) -> list[str]:
    """Names that stand under a NOT, may be missing, and are nowhere asked about with IS NULL; as SQL."""
    asked = {write(Missing(each.operand)) for each in _walk(condition) if isinstance(each, Missing)}
    names: dict[str, None] = {}
    for each in _walk(condition):
        if isinstance(each, Not):
            for operand in _compared(each.item):
                is_null = write(Missing(operand))
                if _may_be_missing(operand, signals) and is_null not in asked:
                    names[is_null.removesuffix(" IS NULL")] = None
    return list(names)


def _walk(condition: Condition) -> Iterator[Condition]:
    """A condition and all those inside it."""
    yield condition
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from _walk(item)
        case Not(item):
            yield from _walk(item)


def _compared(condition: Condition) -> Iterator[Operand]:
    """The operands whose absence makes a condition NULL."""
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from _compared(item)
        case Not(item):
            yield from _compared(item)
        case Truth(operand) | Among(operand, _) | Like(operand, _):
            yield operand
        case Compare(_, left, right):
            yield left
            yield right
        case Always() | Missing() | Differs() | Has() | InSegment():
            return
        case _:
            assert_never(condition)


def _may_be_missing(operand: Operand, signals: Mapping[str, Signal | None]) -> bool:
    if isinstance(operand, SignalOf):
        signal = signals.get(operand.name)
        return signal is not None and not isinstance(signal.kind, Count | Days | Distinct | Sum | Sequence | Peak)
    return isinstance(operand, TraitOf | SinceTrait | PropertyOf | TookOf | AnswerOf)
