"""An event against the tracking plan: which promises it breaks, in words for the developer who sent it.

A broken promise does not make an event unreadable: what a violation costs the event (nothing, quarantine, refusal) is
for the caller to say. Names and properties are read as everywhere: by `also` and `rename` (see `properties`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from waypost.engine.properties import Reading, canonical, reading, spellings
from waypost.model.events import OWN_PREFIXES, Event
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan, Violation
from waypost.model.values import MILLION, Json, millionths
from waypost.model.values import canonical as same

Check = Callable[[Event], tuple[Violation, ...]]

_NOUNS: Final = {
    PropertyType.STRING: "a string",
    PropertyType.NUMBER: "a number",
    PropertyType.INTEGER: "a whole number",
    PropertyType.BOOLEAN: "true or false",
    PropertyType.TIMESTAMP: "an RFC 3339 timestamp with an offset, such as 2026-01-31T09:00:00Z",
    PropertyType.LIST: "a list",
    PropertyType.OBJECT: "an object",
}
_NONE: Final[tuple[Violation, ...]] = ()
_KINDS: Final = ("page", "screen")
_LARGE: Final = 10**11
"""A number well inside what counts as one."""
_SHOWN: Final = 60
"""How much of a value a message repeats: enough to find it, not a copy of somebody's data."""


@dataclass(frozen=True, slots=True)
class _Promise:
    """One declared property, with the names it may come under and how to read it."""

    declared: Property
    names: tuple[str, ...]
    allowed: frozenset[str]
    reading: Reading
    sound: Callable[[Json], bool]


def check(event: Event, plan: TrackingPlan) -> tuple[Violation, ...]:
    """The promises of the plan that an event breaks; `checker` is quicker for many events."""
    return checker(plan)(event)


def checker(plan: TrackingPlan) -> Check:
    """What checks events against one plan, prepared once."""
    names = spellings(plan)
    promises = {name: _promises(planned) for name, planned in plan.events.items()}
    is_open = plan.unplanned == "accept" or not plan.events

    def checked(event: Event) -> tuple[Violation, ...]:
        if event.kind not in ("track", "page", "screen"):
            return ()
        name = canonical(event.kind, event.name, names)
        # `page` and `screen` are planned as kinds; a track event that is only called so is none of them.
        found = None if event.kind == "track" and name in _KINDS and event.name not in names else promises.get(name)
        if found is None:
            if is_open or event.kind != "track" or event.name.startswith(OWN_PREFIXES):
                return ()
            return (_unplanned(event.name, plan),)
        properties, broken = event.properties, _NONE
        for promise in found:
            if promise.sound(properties.get(promise.declared.name)):
                continue
            violation = _violation(name, promise, properties)
            if violation is not None:
                broken = (*broken, violation)
        return broken

    return checked


def _promises(planned: PlannedEvent) -> tuple[_Promise, ...]:
    return tuple(
        _Promise(
            declared,
            (name, *(sent for sent, meant in planned.rename.items() if meant == name)),
            frozenset(same(value) for value in declared.enum),
            reading(planned, (name,)),
            _sound(declared, renamed=name in planned.rename.values()),
        )
        for name, declared in planned.properties.items()
    )


def _sound(declared: Property, *, renamed: bool) -> Callable[[Json], bool]:
    """What sees at a glance that a value keeps a promise, as nearly all do; where it does not, `_violation` looks."""
    lacking = not declared.required and not renamed
    if declared.type is PropertyType.STRING:
        allowed = frozenset(value for value in declared.enum if isinstance(value, str))
        if declared.enum:
            return lambda value: value in allowed if type(value) is str else value is None and lacking
        return lambda value: type(value) is str or (value is None and lacking)
    if declared.type in (PropertyType.NUMBER, PropertyType.INTEGER) and not declared.enum:
        low = -_LARGE if declared.minimum is None else declared.minimum / MILLION
        high = _LARGE if declared.maximum is None else declared.maximum / MILLION
        kinds = int if declared.type is PropertyType.INTEGER else (int, float)

        def number(value: Json) -> bool:
            if isinstance(value, kinds) and not isinstance(value, bool):
                return low < value < high
            return value is None and lacking

        return number
    return lambda value: value is None and lacking


def _unplanned(name: str, plan: TrackingPlan) -> Violation:
    close = next((known for known in plan.events if _plain(known) == _plain(name)), None)
    hint = f"; `{close}` is: add {name!r} to its `also`" if close else "; add it to `events`, or to the `also` of one"
    return Violation("unplanned", f"`{name}` is not in the tracking plan{hint}.")


def _plain(name: str) -> str:
    """A name without what spellings usually differ in."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _violation(event: str, promise: _Promise, properties: Mapping[str, Json]) -> Violation | None:
    declared = promise.declared
    sent = next((name for name in promise.names if name in properties), None)
    value = None if sent is None else properties[sent]
    if value is None:
        if not declared.required:
            return None
        said = "is missing" if sent is None else "is null"
        return Violation("required", f"`{event}`: `{declared.name}` {said}; it should be {_expected(declared)}.")
    code = None
    if promise.reading.missing(properties):
        code = "type"
    elif promise.allowed and same(value) not in promise.allowed:
        code = "enum"
    elif declared.minimum is not None or declared.maximum is not None:
        number = millionths(value)
        code = "range" if number is not None and not _in_range(number, declared) else None
    if code is None:
        return None
    where = f"`{event}`: `{declared.name}`" + (f" (sent as `{sent}`)" if sent != declared.name else "")
    return Violation(code, f"{where} is {_show(value)}; it should be {_expected(declared)}.")


def _in_range(number: int, declared: Property) -> bool:
    low, high = declared.minimum, declared.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _expected(declared: Property) -> str:
    noun = _NOUNS[declared.type]
    if declared.enum:
        return f"{noun}, one of {', '.join(_show(allowed) for allowed in declared.enum)}"
    low, high = (None if bound is None else f"{bound / MILLION:g}" for bound in (declared.minimum, declared.maximum))
    if low is not None and high is not None:
        return f"{noun} from {low} to {high}"
    if low is not None:
        return f"{noun} of at least {low}"
    return noun if high is None else f"{noun} of at most {high}"


def _show(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
