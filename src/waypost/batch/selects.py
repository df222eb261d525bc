"""Which events a selection takes: by label, `any`, and its `where` over the event's own properties."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import Cell, boolean, capped, cell_at, constant, held, single
from waypost.batch.conditions import condition
from waypost.batch.tables import PERSON, Looks, path_of
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.values import Type


@dataclass(frozen=True, slots=True)
class Log:
    """The table `events`, what its property columns are, and which of its rows count (`bounds`).

    The bounds go into each use of the rows: shared, they would make the engine keep a copy of the whole log.
    """

    events: ir.Table
    looks: Looks
    bounds: tuple[ir.BooleanValue, ...] = ()

    def within(self, bound: ir.BooleanValue) -> "Log":
        """The same, of which fewer rows count."""
        return Log(self.events, self.looks, (*self.bounds, bound))

    def rows(self, *conditions: ir.BooleanValue) -> ir.Table:
        """The rows that count and meet the conditions."""
        return self.events.filter(*self.bounds, *conditions)

    def property(self, path: c.Path, type_: Type) -> Cell:
        """The value of a property."""
        return cell_at(self.events, f"p{self.looks.properties.index(path)}_", type_)

    # What a `where` may look at: a `conditions.Scope`.

    def cell(self, operand: c.Operand) -> Cell:
        """The value of an operand of `where`."""
        match operand:
            case c.PropertyOf(path, type_):
                return self.property(path, type_)
            case c.EventName():
                return single(Type.STRING, self.events["name"])
            case c.EventSource():
                return single(Type.STRING, self.events["source"])
            case _:
                raise ValueError(f"{operand} has no meaning in `where`: it looks at one event alone")

    def segment(self, name: str) -> ir.BooleanValue:
        """Refused: an event is in no segment."""
        raise ValueError(f"in_segment('{name}') has no meaning in `where`: it looks at one event alone")

    def has(self, path: c.Path, member: c.Literal) -> ir.BooleanValue:
        """Refused: an event has no traits."""
        raise ValueError(f"has(trait.{'.'.join(path)}, …) has no meaning in `where`: it looks at one event alone")


def named(log: Log, names: Sequence[str]) -> ir.BooleanValue:
    """Whether one of the names, or `any`, means the event (semantics.md 10)."""
    if tuple(names) == (s.ANY_EVENT,):
        return boolean(log.events["product"])
    label = log.events["label"]
    if len(names) == 1:
        return label == ibis.literal(names[0], "string")
    return label.isin([ibis.literal(name, "string") for name in names])


def taken(log: Log, select: s.Select) -> ir.BooleanValue:
    """Whether the selection takes the event; TRUE or not."""
    match = named(log, select.names)
    return match if select.where is None else match & held(condition(select.where, log))


def placed(log: Log, window: s.Window) -> ir.BooleanValue:
    """Whether the event lies in a window that hangs on signup; rolling windows depend on the instant asked about."""
    lapse = log.events["lapse"]
    match window:
        case s.InFirst(duration):
            return (lapse >= 0) & (lapse < capped(duration))
        case s.Between(start, end):
            return (lapse >= capped(start)) & (lapse < capped(end))
        case s.Within() | None:
            return constant(True)


def chosen(log: Log, select: s.Select, window: s.Window) -> ir.BooleanValue:
    """Taken, and placed where the window wants it."""
    return taken(log, select) & placed(log, window) if isinstance(window, s.InFirst | s.Between) else taken(log, select)


@dataclass(frozen=True, slots=True)
class Term:
    """The values that one or more fields give: the column of each type, and the events that give it."""

    where: ir.BooleanValue
    values: dict[Type, ir.Value]


Valued = s.Distinct | s.Sum | s.Avg | s.Min | s.Max | s.Latest


def terms(log: Log, kind: Valued) -> list[Term]:
    """The values of a kind's fields. Fields of one path are one term where no event can give both."""
    if len({field.path for field in kind.fields}) == 1 and is_disjoint(kind.fields):
        groups = [kind.fields]
    else:
        groups = [(field,) for field in kind.fields]
    return [_term(log, kind, group) for group in groups]


def is_disjoint(fields: Sequence[s.Field]) -> bool:
    """Whether no event can be of two of the fields."""
    names = [field.event for field in fields]
    return len(set(names)) == len(names) and (len(names) == 1 or s.ANY_EVENT not in names)


def type_of(fields: Sequence[s.Field]) -> Type:
    """The declared type that all fields share, else ANY."""
    types = {Type.STRING if path_of(field) == PERSON else field.type for field in fields}
    return types.pop() if len(types) == 1 else Type.ANY


def _term(log: Log, kind: Valued, fields: Sequence[s.Field]) -> Term:
    select = s.Select(tuple(field.event for field in fields), kind.where)
    cell = log.property(path_of(fields[0]), type_of(fields))
    return Term(chosen(log, select, kind.window), dict(cell.values))
