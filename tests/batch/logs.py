"""Logs for tests of the batch evaluator: events as columns that the warehouse reads, and short ways to write them."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import pyarrow as pa

from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.events import Event, Kind
from waypost.model.milestones import Milestone
from waypost.model.people import PersonId, State, Undo
from waypost.model.segments import Segment, Stage
from waypost.model.time import Duration, Instant
from waypost.model.values import MILLION, Json, Type, Value
from waypost.runtime.stores.events import write_properties
from waypost.runtime.stores.history import SCHEMA
from waypost.runtime.warehouse import open_warehouse

ADA = PersonId("u:ada")


def table(events: Iterable[Event]) -> pa.Table:
    """Events in the columns of `stores.history`; of one message id, the first."""
    first: dict[str, Event] = {}
    for one in events:
        first.setdefault(one.message_id, one)
    rows = [
        {
            **{field: getattr(one, field) for field in Event.__struct_fields__},
            "seq": seq,
            "properties": write_properties(one.properties),
        }
        for seq, one in enumerate(first.values(), start=1)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def event(
    name: str,
    at: Instant,
    properties: Mapping[str, Json] | None = None,
    *,
    kind: Kind = "track",
    user: str | None = "ada",
    device: str | None = None,
    source: str = "web",
    message_id: str | None = None,
) -> Event:
    """One event of Ada, unless it says otherwise."""
    return Event(
        message_id=message_id or f"{kind}-{name}-{at}-{user}-{device}",
        kind=kind,
        name=name,
        at=at,
        user_id=user,
        anonymous_id=device,
        properties=properties or {},
        source=source,
        received_at=at,
    )


def identify(at: Instant, traits: Mapping[str, Json], message_id: str | None = None) -> Event:
    """Ada's traits."""
    return event("", at, traits, kind="identify", message_id=message_id)


def alias(previous: str, user: str, at: Instant) -> Event:
    """Two users are one."""
    return msgspec.structs.replace(event("", at, kind="alias", user=user), previous_id=previous)


def defined(
    signals: Mapping[str, s.Kind] | None = None,
    milestones: Mapping[str, c.Condition | tuple[c.Condition, Duration]] | None = None,
    stages: Mapping[str, c.Condition] | None = None,
    segments: Mapping[str, c.Condition] | None = None,
) -> Definitions:
    """A definition set, evaluated as it is written: milestones, then stages, then segments."""
    limits = {name: when if isinstance(when, tuple) else (when, None) for name, when in (milestones or {}).items()}
    return Definitions(
        hash="test",
        project="test",
        signup="signed_up",
        signals={name: s.Signal(name, kind, type_of(kind)) for name, kind in (signals or {}).items()},
        milestones={name: Milestone(name, when, within) for name, (when, within) in limits.items()},
        stages=tuple(Stage(name, when) for name, when in (stages or {}).items()),
        segments={name: Segment(name, when) for name, when in (segments or {}).items()},
        evaluation=(
            *(("milestone", name) for name in limits),
            *((("ladder", ""),) if stages else ()),
            *(("segment", name) for name in (segments or {})),
        ),
    )


def type_of(kind: s.Kind) -> Type:
    """What type a signal of a kind has."""
    match kind:
        case s.First() | s.Last():
            return Type.INSTANT
        case s.Since() | s.TimeTo():
            return Type.INTERVAL
        case s.Min() | s.Max() | s.Latest():
            types = {field.type for field in kind.fields}
            return types.pop() if len(types) == 1 else Type.ANY
        case _:
            return Type.NUMBER


def number(value: int) -> c.Literal:
    """A whole number as a literal."""
    return c.Literal(value * MILLION, Type.NUMBER)


def at_least(signal: str, value: int) -> c.Compare:
    """`signal >= value`."""
    return c.Compare(c.Op.GE, c.SignalOf(signal), number(value))


def states(
    definitions: Definitions, events: Iterable[Event], at: Instant, undos: Sequence[Undo] = ()
) -> dict[PersonId, State]:
    """Everyone's state, from a warehouse of their own."""
    warehouse = open_warehouse(tail=table(events), undos=undos)
    try:
        return warehouse.states(definitions, at)
    finally:
        warehouse.close()


def values(signals: Mapping[str, s.Kind], events: Iterable[Event], at: Instant) -> dict[str, Value | None]:
    """Ada's signals."""
    return dict(states(defined(signals), events, at)[ADA].signals)
