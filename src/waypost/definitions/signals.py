"""The signals section → signals: each of one kind, typed, its window and `where:` read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from waypost.definitions.nodes import Items, Mapping, Node, Scalar, mapping_of, text_of, texts_of
from waypost.definitions.predicates import Reading, read_predicate
from waypost.definitions.sections import KINDS, READING
from waypost.definitions.tracking import dotted, event_name, event_scope, property_type
from waypost.model.conditions import And, Condition
from waypost.model.signals import (
    ANY_EVENT,
    Avg,
    Between,
    Count,
    Days,
    Distinct,
    Field,
    First,
    InFirst,
    Kind,
    Last,
    Latest,
    Max,
    Min,
    Numeric,
    Peak,
    Ratio,
    Select,
    Sequence,
    Signal,
    Since,
    Sum,
    TimeTo,
    Window,
    Within,
)
from waypost.model.time import Duration, parse_duration
from waypost.model.values import Type

_WINDOWS: Final = ("within", "in_first", "between")
_EXTRAS: Final = {"over": "peak", "from": "time_to"}


@dataclass(frozen=True, slots=True)
class _Given:
    """One mapping that says a kind: its name in messages, its window, and the predicates over its events."""

    body: Mapping
    said: str
    window: Window
    wheres: tuple[Node, ...]
    reading: Reading


def read_signal(name: str, node: Node, reading: Reading) -> Signal | None:
    """One signal; None where it is broken, which is then noted."""
    body = mapping_of(node)
    if body is None:
        return None
    kind = read_kind(body, f"signal `{name}`", reading)
    if kind is None:
        return None
    return Signal(name, kind, type_of(kind), text_of(body.get("owner")), text_of(body.get("description")))


def type_of(kind: Kind) -> Type:
    """The type of a kind's values."""
    match kind:
        case First() | Last():
            return Type.INSTANT
        case Since() | TimeTo():
            return Type.INTERVAL
        case Min(fields) | Max(fields) | Latest(fields):
            types = {each.type for each in fields}
            return types.pop() if len(types) == 1 else Type.ANY
        case _:
            return Type.NUMBER


def read_kind(body: Mapping, where: str, reading: Reading, outer: Node | None = None) -> Kind | None:
    """What a mapping such as {count: login, within: 7 days} computes; `outer` restricts its events further."""
    before = len(reading.found)
    kinds = [key for key, _ in body if key.text in KINDS]
    if len(kinds) > 1:
        kinds = [key for key in kinds if not (key.text == "since" and _is_version(body.get("since")))]
    if len(kinds) != 1:
        place = kinds[1].place if kinds else body.place
        message = (
            f"{where} has no kind" if not kinds else f"{where} has two kinds, `{kinds[0].text}` and `{kinds[1].text}`"
        )
        reading.found.error(place, "signal-kind", message, "give exactly one of " + ", ".join(KINDS))
        return None
    key = kinds[0].text
    if text_of(body.get("of")) == "group":
        message = "signals over all people of a group come with a later release"
        reading.found.error((body.get("of") or body).place, "not-yet", message, "leave `of: group` out until then")
        return None
    for extra, owner in _EXTRAS.items():
        if (value := body.get(extra)) is not None and key != owner:
            reading.found.error(value.place, "misplaced-key", f"{where}: `{extra}` goes with `{owner}` only")
    wheres = tuple(node for node in (body.get("where"), outer) if node is not None)
    kind = _kind(key, _Given(body, where, _window(body, where, reading), wheres, reading))
    return None if reading.found.errors_since(before) else kind


def _kind(key: str, given: _Given) -> Kind | None:
    value, window = given.body.get(key), given.window
    if value is None:
        return None
    if key in READING:
        return _of_fields(key, value, given)
    if key == "sequence":
        items = value.items if isinstance(value, Items) else ()
        return Sequence(tuple(_select(item, given.wheres, given.reading) for item in items), window)
    if key == "peak":
        return _peak(value, given)
    if key == "ratio":
        return _ratio(value, given)
    select = _select(value, given.wheres, given.reading)
    match key:
        case "count":
            return Count(select, window)
        case "days":
            return Days(select, window)
        case "first":
            return First(select, window)
        case "last":
            return Last(select, window)
        case "since":
            return Since(select, window)
        case _:
            start = given.body.get("from")
            return TimeTo(select, _select(start, (), given.reading) if start is not None else None, window)


def _names(node: Node, reading: Reading) -> tuple[str, ...]:
    """The canonical names of EVENT: a name, a list of names, or `any`."""
    scalars = texts_of(node)
    names = tuple(dict.fromkeys(event_name(each, reading) for each in scalars))
    if ANY_EVENT in names and len(names) > 1:
        reading.found.error(node.place, "bad-event", "`any` takes every event already", "leave the other names out")
    return names


def _select(node: Node, wheres: tuple[Node, ...], reading: Reading) -> Select:
    names = _names(node, reading)
    return Select(names, _where(wheres, names, reading))


def _where(wheres: tuple[Node, ...], names: Iterable[str], reading: Reading) -> Condition | None:
    """All of the predicates over the events of these names."""
    scope = event_scope(names, reading.plan)
    items = tuple(item for node in wheres if (item := read_predicate(node, scope, reading)) is not None)
    return And(items) if len(items) > 1 else items[0] if items else None


def _of_fields(key: str, value: Node, given: _Given) -> Kind:
    fields = tuple(each for scalar in texts_of(value) if (each := _field(scalar, key, given.reading)) is not None)
    where, window = _where(given.wheres, [each.event for each in fields], given.reading), given.window
    match key:
        case "distinct":
            return Distinct(fields, where, window)
        case "sum":
            return Sum(fields, where, window)
        case "avg":
            return Avg(fields, where, window)
        case "min":
            return Min(fields, where, window)
        case "max":
            return Max(fields, where, window)
        case _:
            return Latest(fields, where, window)


def _field(node: Scalar, key: str, reading: Reading) -> Field | None:
    """`EVENT.property`."""
    parts = dotted(node.text)
    if parts is None or len(parts) < 2:
        hint = "write EVENT.property; a name with a dot or space is quoted, as in '\"Feature Used\".name'"
        reading.found.error(node.place, "bad-field", f"`{key}` reads a property; `{node.text}` names none", hint)
        return None
    quoted = '"' + parts[0].replace('"', '""') + '"'
    event = event_name(Scalar(node.place, quoted, quoted, node.source, node.style), reading)
    kind = property_type(event, parts[1:], node, reading)
    if key in ("sum", "avg") and kind not in (Type.NUMBER, Type.ANY, None):
        message = (
            f"`{key}` adds numbers; `{node.text}` is {'the person' if parts[1:] == ('user_id',) else 'a ' + str(kind)}"
        )
        reading.found.error(node.place, "type", message, "use distinct, latest, min or max")
    return Field(event, parts[1:], kind or Type.ANY)


def _peak(value: Node, given: _Given) -> Peak | None:
    body, found = given.body, given.reading.found
    for key in _WINDOWS:
        if (node := body.get(key)) is not None:
            message = f"{given.said}: a peak looks at every window so far; `{key}` does not go with it"
            found.error(node.place, "misplaced-key", message, "the length of the windows is `over`")
    over = _duration(body.get("over"))
    if body.get("over") is None:
        found.error(value.place, "missing-key", f"{given.said}: a peak needs `over`", "write over: 7 days")
    part = mapping_of(value)
    kinds = [key for key in ("count", "days") if part and part.get(key) is not None]
    if part is None or len(kinds) != 1:
        message = f"{given.said}: a peak is of one count or of one days"
        found.error(value.place, "signal-kind", message, "write peak: {days: login}, over: 7 days")
        return None
    selected, inner = part.get(kinds[0]), part.get("where")
    if over is None or selected is None:
        return None
    select = _select(selected, (inner, *given.wheres) if inner is not None else given.wheres, given.reading)
    return Peak(Count(select) if kinds[0] == "count" else Days(select), over)


def _ratio(value: Node, given: _Given) -> Ratio | None:
    kinds: list[Numeric] = []
    for number, part in enumerate(value.items if isinstance(value, Items) else (), 1):
        inner = mapping_of(part)
        if inner is None:
            continue
        for key in _WINDOWS:
            if (window := inner.get(key)) is not None:
                message = f"{given.said}: a ratio has one window for both parts"
                given.reading.found.error(window.place, "misplaced-key", message, f"put `{key}` beside `ratio`")
        merged = _with_window(inner, given.body)
        kind = read_kind(merged, f"{given.said}, part {number}", given.reading, given.body.get("where"))
        if isinstance(kind, Numeric):
            kinds.append(kind)
    return Ratio(kinds[0], kinds[1]) if len(kinds) == 2 else None


def _with_window(part: Mapping, whole: Mapping) -> Mapping:
    """A part of a ratio with the ratio's own window."""
    return Mapping(part.place, part.entries + tuple((key, node) for key, node in whole if key.text in _WINDOWS))


def _window(body: Mapping, where: str, reading: Reading) -> Window:
    given = [key for key in _WINDOWS if body.get(key) is not None]
    if len(given) > 1:
        node = body.get(given[1])
        message = f"{where} has two windows, `{given[0]}` and `{given[1]}`"
        reading.found.error((node or body).place, "two-windows", message, "keep one")
        return None
    if not given:
        return None
    node = body.get(given[0])
    if given[0] == "between":
        bounds = node.items if isinstance(node, Items) else ()
        durations = [_duration(bound, zero=True) for bound in bounds]
        if len(durations) != 2 or durations[0] is None or durations[1] is None:
            return None
        if durations[0] >= durations[1] and node is not None:
            message = f"{where}: `between` runs from an earlier to a later time since signup"
            reading.found.error(node.place, "wrong-value", message, "write between: [21 days, 28 days]")
        return Between(durations[0], durations[1])
    duration = _duration(node)
    if duration is None:
        return None
    return Within(duration) if given[0] == "within" else InFirst(duration)


def _duration(node: Node | None, *, zero: bool = False) -> Duration | None:
    duration = parse_duration(text_of(node) or "")
    return duration if duration or zero else None


def _is_version(node: Node | None) -> bool:
    """Whether `since` says a version or date (beside another kind, it is what any definition may carry)."""
    return isinstance(node, Scalar) and any(character.isdigit() for character in node.text)
