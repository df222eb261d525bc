"""Names and properties of events, read as the tracking plan says.

An event is kept as it was sent; here its name becomes the plan's (`also`), its properties get the plan's names
(`rename`), and a value that breaks its declared type becomes NULL (semantics.md 13). Readers are compiled once per
event and path, so that reading one is a few look-ups.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from waypost.model.conditions import Path
from waypost.model.events import OWN_PREFIXES, PRODUCT
from waypost.model.time import parse_instant
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan
from waypost.model.values import MILLION, Json, Type, Value, millionths

BOOLEAN: Final = 0
NUMBER: Final = 1
STRING: Final = 2
INSTANT: Final = 3
INTERVAL: Final = 4

RANK: Final[Mapping[Type, int]] = {
    Type.BOOLEAN: BOOLEAN,
    Type.NUMBER: NUMBER,
    Type.STRING: STRING,
    Type.INSTANT: INSTANT,
    Type.INTERVAL: INTERVAL,
}
"""The rank of every type but ANY; among values nobody declared, lower ranks come first."""

Scalar = tuple[int, Value]
"""A value with the rank of its type, so that `1`, `"1"` and true stay apart, and unlike values have an order."""

Properties = Mapping[str, Json]
Reader = Callable[[Properties], Scalar | None]

_TIMESTAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|z|[+-]\d{2}:\d{2})", re.ASCII)
KIND_NAMES: Final = frozenset({"page", "screen"})
"""Names that select events by their kind; a track event that is called so is not meant."""


def spellings(plan: TrackingPlan) -> dict[str, str]:
    """The plan's name for every name that a track event may come with; names that are not in it stand for themselves.

    A track event that comes with an `also` of `page` or `screen` is read as one; one that is only called so is none.
    Where one event's `also` is another's own name, the own name wins; of two `also`, the first.
    """
    names: dict[str, str] = {}
    for event in plan.events.values():
        for sent in event.also:
            names.setdefault(sent, event.name)
    names.update((name, name) for name in plan.events if name not in KIND_NAMES)
    return names


def canonical(kind: str, name: str, names: Mapping[str, str]) -> str:
    """What definitions call an event. `names` are the plan's `spellings`; a page or screen is called by its kind."""
    return names.get(name, name) if kind == "track" else kind if kind in KIND_NAMES else ""


def from_product(kind: str, name: str) -> bool:
    """Whether `any` takes an event with this canonical name (semantics.md 10)."""
    return kind in PRODUCT and not (kind == "track" and name.startswith(OWN_PREFIXES))


def scalar(value: Json) -> Scalar | None:
    """A JSON scalar with its rank; None for null, lists, objects and numbers out of range."""
    if isinstance(value, str):
        return STRING, value
    if isinstance(value, bool):
        return BOOLEAN, value
    number = millionths(value)
    return None if number is None else (NUMBER, number)


def less(one: Scalar, other: Scalar) -> bool:
    """Whether one value comes before another: by rank, then by value."""
    return bool(operator.lt(one, other))


def is_missing(value: Json) -> bool:
    """Whether a value of no declared type IS NULL: missing, null, or a number out of range; never a list or object."""
    return value is None or (isinstance(value, int | float) and scalar(value) is None)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read one property of one event: its scalar value, and whether it IS NULL."""

    scalar: Reader
    missing: Callable[[Properties], bool]


def reading(planned: PlannedEvent | None, path: Path) -> Reading:
    """How to read `path` of an event that the plan describes by `planned`, or not at all."""
    find = _finder(planned, path)
    declared = planned.properties.get(path[0]) if planned and len(path) == 1 else None
    if declared is None:
        return Reading(lambda properties: scalar(find(properties)), lambda properties: is_missing(find(properties)))
    typed, fits = _typed(declared), _fits(declared)
    return Reading(lambda properties: typed(find(properties)), lambda properties: not fits(find(properties)))


def _finder(planned: PlannedEvent | None, path: Path) -> Callable[[Properties], Json]:
    """What finds the raw value: under the plan's name, else under the first name that the plan renames to it."""
    head, rest = path[0], path[1:]
    others = tuple(sent for sent, name in planned.rename.items() if name == head) if planned else ()
    if not rest and not others:
        return lambda properties: properties.get(head)

    def find(properties: Properties) -> Json:
        value = properties.get(head)
        if value is None and others and head not in properties:
            value = next((properties[sent] for sent in others if sent in properties), None)
        return inner(value, rest)

    return find


def inner(value: Json, path: Path) -> Json:
    """The value that nested keys lead to, or None where they lead nowhere."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _typed(declared: Property) -> Callable[[Json], Scalar | None]:
    match declared.type:
        case PropertyType.STRING:
            return lambda value: (STRING, value) if isinstance(value, str) else None
        case PropertyType.BOOLEAN:
            return lambda value: (BOOLEAN, value) if isinstance(value, bool) else None
        case PropertyType.NUMBER:
            return _number
        case PropertyType.INTEGER:
            return _integer
        case PropertyType.TIMESTAMP:
            return _timestamp
        case PropertyType.LIST | PropertyType.OBJECT:
            return lambda value: None


def _fits(declared: Property) -> Callable[[Json], bool]:
    """Whether a value has its declared type; one that has not IS NULL."""
    if declared.type is PropertyType.LIST:
        return lambda value: isinstance(value, list | tuple)
    if declared.type is PropertyType.OBJECT:
        return lambda value: isinstance(value, Mapping)
    typed = _typed(declared)
    return lambda value: typed(value) is not None


def _number(value: Json) -> Scalar | None:
    number = millionths(value)
    return None if number is None else (NUMBER, number)


def _integer(value: Json) -> Scalar | None:
    number = millionths(value)
    return None if number is None or number % MILLION else (NUMBER, number)


def _timestamp(value: Json) -> Scalar | None:
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return None
    instant = parse_instant(value)
    return None if instant is None else (INSTANT, instant)
