"""The tables that queries read, as schemas: what the warehouse must supply for a set of definitions.

`events` holds the product events (track, page, screen), `people` everyone who exists, `traits` the spells in which a
trait had one value, and one `reached` table a milestone. The warehouse fills them from the log (`runtime.warehouse`);
how typed columns are read is in `cells`, how events are chosen in `selects`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

from waypost.batch.names import reached_name
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.conditions import Condition, Has, Literal, Path, PropertyOf, SinceTrait, TraitOf, operands
from waypost.model.values import Type

LETTERS: Final[Mapping[Type, str]] = {Type.BOOLEAN: "b", Type.NUMBER: "n", Type.STRING: "s", Type.INSTANT: "t"}
"""One column a type that a value may have, in the order in which values of different types sort."""
DTYPES: Final[Mapping[Type, str]] = {
    Type.BOOLEAN: "boolean",
    Type.NUMBER: "int64",
    Type.INSTANT: "int64",
    Type.INTERVAL: "int64",
    Type.STRING: "string",
}
PERSON: Final[Path] = ()
"""As a property path, which no property has: the person that the event belongs to (semantics.md 11)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What definitions look at: property paths, trait paths, and the members that `has` asks for.

    `events` says for each property path of which events it is looked at (`any`: of all); `ordered` between which events
    ties matter (`latest`), so that their `place` must be filled.
    """

    properties: tuple[Path, ...]
    events: tuple[tuple[str, ...], ...]
    traits: tuple[Path, ...]
    members: tuple[tuple[Path, Literal], ...]
    ordered: tuple[str, ...]


def looks(definitions: Definitions) -> Looks:
    """What the batch evaluation of these definitions looks at."""
    properties: dict[Path, dict[str, None]] = {}
    traits: dict[Path, None] = {}
    members: dict[tuple[Path, Literal], None] = {}
    ordered: dict[str, None] = {}
    for signal in definitions.signals.values():
        if isinstance(signal.kind, s.Latest):
            ordered.update(dict.fromkeys(field.event for field in signal.kind.fields))
        for part in parts_of(signal.kind):
            for path, names in _paths(part):
                properties.setdefault(path, {}).update(dict.fromkeys(names))
    for condition in predicates(definitions):
        for operand in operands(condition):
            if isinstance(operand, TraitOf | SinceTrait | Has):
                traits[operand.path] = None
            if isinstance(operand, Has):
                members[operand.path, operand.literal] = None
    events = tuple(tuple(names) for names in properties.values())
    return Looks(tuple(properties), events, tuple(traits), tuple(members), tuple(ordered))


def predicates(definitions: Definitions) -> Iterator[Condition]:
    """Every condition over people: of milestones, rungs and segments."""
    yield from (milestone.when for milestone in definitions.milestones.values())
    yield from (rung.when for rung in definitions.stages)
    yield from (segment.when for segment in definitions.segments.values())


Simple = (
    s.Count
    | s.Days
    | s.Distinct
    | s.Sum
    | s.Avg
    | s.Min
    | s.Max
    | s.Latest
    | s.First
    | s.Last
    | s.Since
    | s.TimeTo
    | s.Sequence
    | s.Peak
)
"""Every kind but `ratio`, which is made of two of these."""


def parts_of(kind: s.Kind) -> tuple[Simple, ...]:
    """A signal's kind, or a ratio's two."""
    return (kind.numerator, kind.denominator) if isinstance(kind, s.Ratio) else (kind,)


def selects_of(kind: Simple) -> tuple[s.Select, ...]:
    """Every selection of events that a kind makes."""
    match kind:
        case s.Distinct() | s.Sum() | s.Avg() | s.Min() | s.Max() | s.Latest():
            return tuple(s.Select((field.event,), kind.where) for field in kind.fields)
        case s.TimeTo(select, start, _):
            return (select,) if start is None else (select, start)
        case s.Sequence(steps, _):
            return steps
        case s.Peak(of, _):
            return (of.select,)
        case s.Count() | s.Days() | s.First() | s.Last() | s.Since():
            return (kind.select,)


def _paths(kind: Simple) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The property paths that a kind looks at, in its fields and in every `where`, and of which events."""
    if isinstance(kind, s.Distinct | s.Sum | s.Avg | s.Min | s.Max | s.Latest):
        yield from ((path_of(field), (field.event,)) for field in kind.fields)
    for select in selects_of(kind):
        for operand in operands(select.where) if select.where is not None else ():
            if isinstance(operand, PropertyOf):
                yield operand.path, select.names


def path_of(field: s.Field) -> Path:
    """The property path of a field: `EVENT.user_id` is the person; in a `where`, `user_id` is the property (16)."""
    return PERSON if field.path == ("user_id",) else field.path


def value_columns(prefix: str) -> dict[str, str]:
    """The columns of one value: one a type, and `set`, which says that it is not NULL (also a list or an object)."""
    return {f"{prefix}{LETTERS[type_]}": DTYPES[type_] for type_ in LETTERS} | {f"{prefix}set": "boolean"}


def event_schema(seen: Looks) -> dict[str, str]:
    """The columns of `events`, one row a product event.

    `label` is the canonical name by which it is selected (`page` and `screen` by kind only), `name` the canonical name,
    `product` whether `any` takes it, `lapse` the time since the person's signup (NULL without one), `day` the local
    calendar day, `place` its rank in the person's log where that matters; `p0_n` … are the properties looked at.
    """
    columns = {
        "person": "int64",
        "at": "int64",
        "lapse": "int64",
        "day": "int64",
        "place": "int64",
        "label": "string",
        "name": "string",
        "source": "string",
        "product": "boolean",
    }
    for index in range(len(seen.properties)):
        columns |= value_columns(f"p{index}_")
    return columns


def trait_schema(seen: Looks) -> dict[str, str]:
    """The columns of `traits`: trait number `trait` had this value in [at, until).

    `told` says that the value is no JSON null, as `set` does but for numbers out of range; `h0` … what a list contains.
    """
    columns = {"person": "int64", "trait": "int64", "at": "int64", "until": "int64", "told": "boolean"}
    return columns | value_columns("") | {f"h{index}": "boolean" for index in range(len(seen.members))}


PEOPLE_SCHEMA: Final[Mapping[str, str]] = {"person": "int64", "id": "string", "born": "int64", "signup": "int64"}
"""Everyone who exists: from `born` on, with the earliest signup event if there is one."""
REACHED_SCHEMA: Final[Mapping[str, str]] = {"person": "int64", "reached": "int64"}


def people() -> ir.Table:
    """The table `people`."""
    return ibis.table(PEOPLE_SCHEMA, "people")


def reached(definitions: Definitions, milestone: str) -> ir.Table:
    """The table of those who reached a milestone."""
    return ibis.table(REACHED_SCHEMA, reached_name(definitions, milestone))


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables for one set of definitions, and what their columns mean."""

    looks: Looks
    events: ir.Table
    traits: ir.Table
    people: ir.Table


def tables(definitions: Definitions) -> Tables:
    """The tables that queries for these definitions read."""
    seen = looks(definitions)
    return Tables(seen, ibis.table(event_schema(seen), "events"), ibis.table(trait_schema(seen), "traits"), people())
