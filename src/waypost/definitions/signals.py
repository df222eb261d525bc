"""The signals section → signals: each of one kind, typed, its window and `where:` read."""

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


def read_kind(body: Mapping, where: str, reading: Reading) -> Kind | None:
    """What a mapping such as {count: login, within: 7 days} computes."""
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
    window = _window(body, where, reading)
    kind = _kind(key, body, window, where, reading)
    return None if reading.found.errors_since(before) else kind


def _kind(key: str, body: Mapping, window: Window, where: str, reading: Reading) -> Kind | None:
    value = body.get(key)
    if value is None:
        return None
    if key in READING:
        return _of_fields(key, value, body, window, reading)
    if key == "sequence":
        return _sequence(value, body, window, reading)
    if key == "peak":
        return _peak(value, body, where, reading)
    if key == "ratio":
        return _ratio(value, body, where, reading)
    select = _select(value, body.get("where"), reading)
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
            start = body.get("from")
            return TimeTo(select, _select(start, None, reading) if start is not None else None, window)


def _names(node: Node, reading: Reading) -> tuple[str, ...]:
    """The canonical names of EVENT: a name, a list of names, or `any`."""
    scalars = texts_of(node)
    names = tuple(dict.fromkeys(event_name(each, reading) for each in scalars))
    if ANY_EVENT in names and len(names) > 1:
        reading.found.error(node.place, "bad-event", "`any` takes every event already", "leave the other names out")
    return names


def _select(node: Node, where: Node | None, reading: Reading) -> Select:
    names = _names(node, reading)
    return Select(names, read_predicate(where, event_scope(names, reading.plan), reading))


def _of_fields(key: str, value: Node, body: Mapping, window: Window, reading: Reading) -> Kind | None:
    fields = tuple(each for scalar in texts_of(value) if (each := _field(scalar, key, reading)) is not None)
    scope = event_scope([each.event for each in fields], reading.plan)
    where = read_predicate(body.get("where"), scope, reading)
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


def _sequence(value: Node, body: Mapping, window: Window, reading: Reading) -> Sequence:
    where = body.get("where")
    items = value.items if isinstance(value, Items) else ()
    return Sequence(tuple(_select(item, where, reading) for item in items), window)


def _peak(value: Node, body: Mapping, where: str, reading: Reading) -> Peak | None:
    for key in _WINDOWS:
        if (node := body.get(key)) is not None:
            message = f"{where}: a peak looks at every window so far; `{key}` does not go with it"
            reading.found.error(node.place, "misplaced-key", message, "the length of the windows is `over`")
    over = _duration(body.get("over"))
    if body.get("over") is None:
        reading.found.error(value.place, "missing-key", f"{where}: a peak needs `over`", "write over: 7 days")
    part = mapping_of(value)
    kinds = [key for key in ("count", "days") if part and part.get(key) is not None]
    if part is None or len(kinds) != 1:
        message = f"{where}: a peak is of one count or of one days"
        reading.found.error(value.place, "signal-kind", message, "write peak: {days: login}, over: 7 days")
        return None
    selected = part.get(kinds[0])
    if over is None or selected is None:
        return None
    select = _both(_select(selected, part.get("where"), reading), body.get("where"), reading)
    return Peak(Count(select) if kinds[0] == "count" else Days(select), over)


def _both(select: Select, where: Node | None, reading: Reading) -> Select:
    """A part's events, restricted by the whole's `where` as well."""
    outer = read_predicate(where, event_scope(select.names, reading.plan), reading)
    return Select(select.names, _and(select.where, outer))


def _and(one: Condition | None, other: Condition | None) -> Condition | None:
    return And((one, other)) if one is not None and other is not None else one or other


def _ratio(value: Node, body: Mapping, where: str, reading: Reading) -> Ratio | None:
    parts = value.items if isinstance(value, Items) else ()
    kinds: list[Numeric] = []
    for number, part in enumerate(parts, 1):
        inner = mapping_of(part)
        if inner is None:
            continue
        for key in _WINDOWS:
            if (window := inner.get(key)) is not None:
                message = f"{where}: a ratio has one window for both parts"
                reading.found.error(window.place, "misplaced-key", message, f"put `{key}` beside `ratio`")
        merged = _inherit(inner, body)
        kind = read_kind(merged, f"{where}, part {number}", reading)
        if isinstance(kind, Numeric):
            kinds.append(kind)
    return Ratio(kinds[0], kinds[1]) if len(kinds) == 2 else None


def _inherit(part: Mapping, whole: Mapping) -> Mapping:
    """A part of a ratio with the ratio's own window, and its `where` where it has none."""
    inherited = (*_WINDOWS, "where") if part.get("where") is None else _WINDOWS
    extra = tuple((key, node) for key, node in whole if key.text in inherited and part.get(key.text) is None)
    return Mapping(part.place, part.entries + extra)


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
