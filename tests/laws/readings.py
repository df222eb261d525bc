"""The oracle's values: how JSON is read, compared and shown (semantics.md 13, 17)."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.events import OWN_PREFIXES, Event
from waypost.model.time import Duration, Instant, parse_instant
from waypost.model.tracking import PropertyType, TrackingPlan
from waypost.model.values import MILLION, Json, Type, Value, canonical, scalar

Number = int | Fraction
Scalar = tuple[Type, Number | str | bool]
"""A value with what it is; an average is a fraction of a millionth."""
NOT_SCALAR = "list or object"
Read = Scalar | str | None
"""A scalar, NOT_SCALAR, or NULL."""
Truth = bool | None

_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|z|[+-]\d{2}:\d{2})", re.ASCII)


def name_of(plan: TrackingPlan, event: Event) -> str:
    """What the plan calls the event."""
    if event.kind == "track":
        for planned in plan.events.values():
            if event.name in planned.also:
                return planned.name
    return event.name


def is_called_only(event: Event, name: str) -> bool:
    """Whether it is a track event that calls itself `page` or `screen` and is none, whatever the plan says of those."""
    return event.kind == "track" and name in {"page", "screen"} and event.name == name


def is_named(plan: TrackingPlan, event: Event, names: Sequence[str]) -> bool:
    """Whether one of the names, or `any`, means this event (10)."""
    name = name_of(plan, event)
    if tuple(names) == ("any",):
        return event.kind in {"track", "page", "screen"} and not name.startswith(OWN_PREFIXES)
    return event.kind in {"track", "page", "screen"} and name in names and not is_called_only(event, name)


def property_of(plan: TrackingPlan, event: Event, path: c.Path) -> Read:
    """One property as the plan reads it: under its own name before one that it is sent by (13)."""
    name = name_of(plan, event)
    planned = None if is_called_only(event, name) else plan.events.get(name)
    top = path[0]
    value: Json = None
    if top in event.properties:
        value = event.properties[top]
    elif planned is not None:
        sent = [name for name, own in planned.rename.items() if own == top and name in event.properties]
        value = event.properties[sent[0]] if sent else None
    declared = planned.properties.get(top) if planned is not None else None
    if declared is None or len(path) > 1:
        return undeclared(dig(value, path[1:]))
    return as_declared(value, declared.type)


def inside(event: Instant, window: s.Window, at: Instant, signup: Instant | None) -> bool:
    """Whether the window takes an event of that instant (3)."""
    match window:
        case None:
            return True
        case s.Within(duration):
            return at - duration < event <= at
        case s.InFirst(duration):
            return signup is not None and signup <= event < signup + duration
        case s.Between(start, end):
            return signup is not None and signup + start <= event < signup + end
        case _:
            assert_never(window)


def traits(events: Sequence[Event]) -> dict[str, Json]:
    """The value that the latest identify with the key gave each trait (9)."""
    found: dict[str, Json] = {}
    for event in events:
        if event.kind == "identify":
            found.update(event.properties)
    return found


def trait_since(events: Sequence[Event], path: c.Path) -> Instant | None:
    """Since when a trait has had its value: back through the identifies in a row that agree (9)."""
    told = [event for event in events if event.kind == "identify" and path[0] in event.properties]
    values = [dig(event.properties[path[0]], path[1:]) for event in told]
    if not values or values[-1] is None:
        return None
    start = len(values) - 1
    while start > 0 and canonical(values[start - 1]) == canonical(values[-1]):
        start -= 1
    return told[start].at


COMPARE: Mapping[c.Op, Callable[[object, object], bool]] = {
    c.Op.EQ: lambda one, other: one == other,
    c.Op.NE: lambda one, other: one != other,
    c.Op.LT: lambda one, other: one < other,  # type: ignore[operator]
    c.Op.LE: lambda one, other: one <= other,  # type: ignore[operator]
    c.Op.GT: lambda one, other: one > other,  # type: ignore[operator]
    c.Op.GE: lambda one, other: one >= other,  # type: ignore[operator]
}


def given(event: Event | None) -> Event:
    """The event that a `where` looks at."""
    assert event is not None, "a property outside of `where`"
    return event


def number(count: int) -> Scalar:
    """A count as a number."""
    return Type.NUMBER, count * MILLION


def interval(duration: Duration | None) -> Scalar | None:
    """A duration as a value."""
    return None if duration is None else (Type.INTERVAL, duration)


def rank(value: Scalar) -> tuple[int, Number | str | bool]:
    """The order of scalars of any type: booleans, numbers, texts, instants."""
    return (Type.BOOLEAN, Type.NUMBER, Type.STRING, Type.INSTANT).index(value[0]), value[1]


def shown(value: Scalar | None) -> Value | None:
    """A value as a state keeps it: a fraction rounded half away from zero."""
    if value is None:
        return None
    plain = value[1]
    if isinstance(plain, Fraction):
        size = (abs(plain) + Fraction(1, 2)).__floor__()
        return size if plain >= 0 else -size
    return plain


def dig(value: Json, path: c.Path) -> Json:
    """What lies at the path, None where nothing does."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def undeclared(value: Json) -> Read:
    """A value nobody declared."""
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return NOT_SCALAR
    return scalar(value)


def as_declared(value: Json, declared: PropertyType) -> Read:
    """A value that the plan promises a type for: NULL where it breaks the promise."""
    read = undeclared(value)
    match declared:
        case PropertyType.LIST:
            return read if read == NOT_SCALAR and not isinstance(value, Mapping) else None
        case PropertyType.OBJECT:
            return read if read == NOT_SCALAR and isinstance(value, Mapping) else None
        case PropertyType.TIMESTAMP:
            instant = parse_instant(value) if isinstance(value, str) and _TIMESTAMP.fullmatch(value) else None
            return None if instant is None else (Type.INSTANT, instant)
        case PropertyType.STRING | PropertyType.BOOLEAN | PropertyType.NUMBER:
            return read if isinstance(read, tuple) and read[0] == declared.value else None
        case PropertyType.INTEGER:
            whole = isinstance(read, tuple) and read[0] is Type.NUMBER and int(read[1]) % MILLION == 0
            return read if whole else None
        case _:
            assert_never(declared)


def like(text: str, pattern: str) -> bool:
    """SQL's LIKE."""
    parts = [".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def share_a_name(one: s.Select, other: s.Select) -> bool:
    """Whether one event could do both steps; `any` has all names but those of Waypost's own doing."""
    if one.is_any and other.is_any:
        return True
    if one.is_any or other.is_any:
        named = other if one.is_any else one
        return any(not name.startswith(OWN_PREFIXES) for name in named.names)
    return bool(set(one.names) & set(other.names))
