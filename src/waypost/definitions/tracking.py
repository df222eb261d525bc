"""The tracking plan, and the names of events and properties that signals look at."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from waypost.definitions.findings import Findings, nearest
from waypost.definitions.nodes import Items, Mapping, Node, Scalar, mapping_of, plain, text_of, texts_of
from waypost.definitions.predicates import Reading
from waypost.definitions.scopes import EventScope
from waypost.model.conditions import Path
from waypost.model.events import OWN_PREFIXES
from waypost.model.signals import ANY_EVENT
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan, Unplanned
from waypost.model.values import Json, Type, millionths, scalar

_PART: Final = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')
TYPES: Final[dict[PropertyType, Type | None]] = {
    PropertyType.STRING: Type.STRING, PropertyType.NUMBER: Type.NUMBER, PropertyType.INTEGER: Type.NUMBER,
    PropertyType.BOOLEAN: Type.BOOLEAN, PropertyType.TIMESTAMP: Type.INSTANT, PropertyType.LIST: None,
    PropertyType.OBJECT: None,
}  # fmt: skip
"""What a declared property is in predicates; None for lists and objects, which are never compared."""
_NUMERIC: Final = (PropertyType.NUMBER, PropertyType.INTEGER)


def read_plan(section: Node | None, unplanned: Unplanned, found: Findings) -> TrackingPlan:
    """The tracking plan of the `events` section."""
    events: dict[str, PlannedEvent] = {}
    taken: dict[str, Scalar] = {}
    entries = [(key, node) for key, node in section] if isinstance(section, Mapping) else []
    for key, _ in entries:
        taken.setdefault(key.text, key)
        if key.text == ANY_EVENT:
            found.error(key.place, "reserved-name", "`any` stands for every event; none can be named so")
    for key, node in entries:
        body = mapping_of(node)
        also = texts_of(body.get("also")) if body and body.get("also") else ()
        for other in also:
            if other.text in taken:
                message = f"`{other.text}` is already taken at {taken[other.text].place}"
                found.error(other.place, "duplicate-name", message, "one name can mean one event only")
            taken.setdefault(other.text, other)
        events[key.text] = _event(key.text, body, tuple(other.text for other in also), found)
    return TrackingPlan(events, unplanned)


def _event(name: str, body: Mapping | None, also: tuple[str, ...], found: Findings) -> PlannedEvent:
    if body is None:
        return PlannedEvent(name)
    properties = mapping_of(body.get("properties"))
    rename = mapping_of(body.get("rename"))
    read = [_property(key.text, node, found) for key, node in properties or () if isinstance(node, Mapping)]
    planned = {each.name: each for each in read if each is not None}
    named = properties.names() if properties else []
    renames: dict[str, str] = {}
    for key, node in rename or ():
        target = text_of(node)
        if target is None:
            continue
        renames[key.text] = target
        if named and target not in named:
            close = nearest(target, named)
            message = f"`{name}` plans no property `{target}` that `{key.text}` could be read as"
            found.error(node.place, "unknown-property", message, f"did you mean `{close}`?" if close else None)
    return PlannedEvent(
        name,
        also,
        dict(sorted(renames.items())),  # of two names for one property the first counts, in whatever layout of the file
        planned,
        text_of(body.get("purpose")),
        text_of(body.get("owner")),
        text_of(body.get("description")),
    )


def _property(name: str, node: Mapping, found: Findings) -> Property | None:
    kind = text_of(node.get("type"))
    if kind not in tuple(PropertyType):
        return None
    type_ = PropertyType(kind)
    required, enum = node.get("required"), node.get("enum")
    values = enum.items if isinstance(enum, Items) else ()
    low, high = node.get("min"), node.get("max")
    minimum, maximum = (millionths(plain(bound)) if bound else None for bound in (low, high))
    for bound in (low, high):
        if bound is not None and type_ not in _NUMERIC:
            found.error(bound.place, "wrong-value", f"`{name}` is a {type_}: only numbers have min and max")
    if minimum is not None and maximum is not None and minimum > maximum and low is not None:
        found.error(low.place, "wrong-value", f"`{name}` has a min above its max")
    for value in values:
        if not fits(plain(value), type_):
            found.error(value.place, "wrong-value", f"`{name}` is a {type_}; this value of its enum is not")
    return Property(
        name,
        type_,
        required is None or plain(required) is True,
        tuple(plain(value) for value in values),
        minimum,
        maximum,
        text_of(node.get("description")),
    )


def fits(value: Json, type_: PropertyType) -> bool:
    """Whether a value from a definition file has a property's type."""
    match type_:
        case PropertyType.LIST:
            return isinstance(value, list)
        case PropertyType.OBJECT:
            return isinstance(value, dict)
        case PropertyType.TIMESTAMP:
            return isinstance(value, str)
        case PropertyType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case PropertyType.STRING | PropertyType.NUMBER | PropertyType.BOOLEAN:
            typed = scalar(value)
            return typed is not None and typed[0] is TYPES[type_]


def dotted(text: str) -> Path | None:
    """The parts of `EVENT.property`, `"Feature Used"."name"` or `event.a.b`; None where the text is something else."""
    parts: list[str] = []
    index = 0
    while match := _PART.match(text, index):
        parts.append(match[1].replace('""', '"') if match[1] is not None else match[2].strip())
        index = match.end()
        if index == len(text):
            return tuple(parts)
        if text[index] != ".":
            return None
        index += 1
    return None


def event_name(node: Scalar, reading: Reading) -> str:
    """The event's name as the plan has it; a name that the plan does not know is told where it looks like a slip."""
    parts = dotted(node.text)
    name = parts[0] if parts and len(parts) == 1 else node.text
    if parts is not None and len(parts) > 1 and name not in reading.plan.events:
        hint = f"write '\"{node.text}\"' for an event of this name; only sum, distinct, latest … take EVENT.property"
        reading.found.error(node.place, "bad-event", f"`{node.text}` names a property, not an event", hint)
        return name
    known(name, node, reading)
    return next((event.name for event in reading.plan.events.values() if name in event.also), name)


def known(name: str, node: Scalar, reading: Reading) -> None:
    """Note an event that never arrives, or that looks like a slip of the pen."""
    plan = reading.plan
    if name in plan.events or name in (ANY_EVENT, "page", "screen") or name.startswith(OWN_PREFIXES):
        return
    for event in plan.events.values():
        if name in event.also:
            message = f"`{name}` is read as `{event.name}`"
            reading.found.warn(node.place, "other-name", message, f"write `{event.name}`")
            return
    names = [*plan.events, *(other for event in plan.events.values() for other in event.also)]
    close = nearest(name, names)
    hint = f"did you mean `{close}`?" if close else "add it under events"
    if plan.unplanned != "accept":
        message = f"the tracking plan has no event `{name}`, and unplanned events are not accepted, so it never counts"
        reading.unknown(node, "unknown-event", message, hint)
    elif close and _looks_like(name, close):
        reading.found.warn(node.place, "unplanned-event", f"the tracking plan has no event `{name}`", hint)


def _looks_like(name: str, other: str) -> bool:
    """Whether two names differ by no more than a slip: case, separators, or a letter or two."""
    one, two = (re.sub(r"[\W_]", "", each.casefold()) for each in (name, other))
    return SequenceMatcher(None, one, two).ratio() >= 0.88


def event_scope(names: Iterable[str], plan: TrackingPlan) -> EventScope:
    """The properties that `where` finds on these events: typed where all of them declare one type."""
    chosen = [plan.events.get(name) for name in names]
    everything = ANY_EVENT in tuple(names)
    planned = [*plan.events.values()] if everything else [event for event in chosen if event is not None]
    listed = {name for event in planned for name in event.properties}
    declared: dict[str, Type | None] = {}
    if not everything and len(planned) == len(chosen):
        for name in listed:
            types = {event.properties[name].type if name in event.properties else None for event in planned}
            if len({TYPES[type_] if type_ else Type.ANY for type_ in types}) == 1:
                declared[name] = TYPES[types.pop() or PropertyType.STRING]
    return EventScope(declared, listed)


def property_type(event: str, path: Path, node: Scalar, reading: Reading) -> Type | None:
    """The type of a field's values; None (and noted) where they are lists or objects."""
    planned = reading.plan.events.get(event)
    if planned is None or path == ("user_id",):
        return Type.STRING if path == ("user_id",) else Type.ANY
    declared = planned.properties.get(path[0])
    if declared is None:
        close = nearest(path[0], planned.properties)
        if close:
            message = f"the tracking plan has no property `{path[0]}` of `{event}`; did you mean `{close}`?"
            reading.found.warn(node.place, "undeclared-property", message)
        return Type.ANY
    if len(path) > 1:
        return Type.ANY
    kind = TYPES[declared.type]
    if kind is None:
        message = f"`{event}.{path[0]}` is declared a {declared.type}; signals read texts, numbers and booleans"
        reading.found.error(node.place, "type", message, 'for a nested value write event."a"."b"')
    return kind
