"""Panels: for each person, every instant at which a condition can change, with all that it looks at as of each.

The candidates are the person's first event and signup, the events that its signals take, where these leave a rolling
window, where an interval crosses a literal, changes of traits, and milestones that were reached (semantics.md 5). The
values as of each come from window functions whose RANGE frames end with the row's own instant, ties included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

import ibis
import ibis.expr.types as ir

from waypost.batch import signals
from waypost.batch.cells import any_of, capped, when
from waypost.batch.passes import attach, earliest, starts, steps, without
from waypost.batch.people import END, traits
from waypost.batch.segments import Node, judged, milestones, simple_kinds, with_milestones, with_values
from waypost.batch.selects import Log, chosen, taken
from waypost.batch.signals import Part
from waypost.batch.tables import Simple, Tables, reached
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.time import Duration

Moving = c.SignalOf | c.SinceTrait | c.Age
"""What may grow with the clock (a signal does if it is a `since`)."""


@dataclass(frozen=True, slots=True)
class Involved:
    """What a condition looks at, also through the segments and the ladder that it refers to (`nodes`).

    `crossings` are the literals that an interval is compared with.
    """

    signals: tuple[str, ...]
    traits: tuple[c.Path, ...]
    milestones: tuple[str, ...]
    nodes: tuple[Node, ...]
    crossings: tuple[tuple[Moving, Duration], ...]


def involved(definitions: Definitions, condition: c.Condition) -> Involved:
    """All that decides a condition."""
    found: dict[c.Operand | c.InSegment | c.Has, None] = {}
    nodes: set[Node] = set()
    crossings: dict[tuple[Moving, Duration], None] = {}
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        crossings.update(dict.fromkeys(_crossings(one)))
        for leaf in c.operands(one):
            found[leaf] = None
            node: Node | None = None
            if isinstance(leaf, c.InSegment):
                node, more = ("segment", leaf.name), [definitions.segments[leaf.name].when]
            elif isinstance(leaf, c.StageOf):
                node, more = ("ladder", ""), [rung.when for rung in definitions.stages]
            if node is not None and node not in nodes:
                nodes.add(node)
                waiting += more
    return Involved(
        signals=tuple(dict.fromkeys(leaf.name for leaf in found if isinstance(leaf, c.SignalOf))),
        traits=tuple(dict.fromkeys(leaf.path for leaf in found if isinstance(leaf, c.TraitOf | c.SinceTrait | c.Has))),
        milestones=tuple(dict.fromkeys(leaf.name for leaf in found if isinstance(leaf, c.ReachedOf | c.TookOf))),
        nodes=tuple(node for node in definitions.evaluation if node in nodes),
        crossings=tuple(crossings),
    )


def _crossings(condition: c.Condition) -> Iterator[tuple[Moving, Duration]]:
    """Every interval compared with a literal, and the literal."""
    match condition:
        case c.And(items) | c.Or(items):
            for item in items:
                yield from _crossings(item)
        case c.Not(item):
            yield from _crossings(item)
        case c.Compare(_, c.SignalOf() | c.SinceTrait() | c.Age() as moving, c.Literal(int() as value, _)):
            yield moving, value
        case c.Compare(_, c.Literal(int() as value, _), c.SignalOf() | c.SinceTrait() | c.Age() as moving):
            yield moving, value
        case _:
            return


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where a panel's rows come from."""

    definitions: Definitions
    tables: Tables
    about: Involved
    log: Log
    kinds: list[tuple[str, Simple]]
    parts: list[Part]


def panel(definitions: Definitions, tables: Tables, about: Involved) -> ir.Table:
    """One or more rows a person and candidate instant `now`, with all that the condition looks at as of it."""
    log = Log(tables.events, tables.looks)
    kinds = simple_kinds(definitions, about.signals)
    for prefix, kind in kinds:
        if isinstance(kind, s.TimeTo) and kind.start is not None:
            log = Log(attach(log.events, starts(log, prefix, kind.start)), tables.looks)
    parts = [part for prefix, kind in kinds for part in _parts(log, prefix, kind)]
    rows = _rolled(_candidates(_Sources(definitions, tables, about, log, kinds, parts)), parts, kinds)
    sequences = [(prefix, kind) for prefix, kind in kinds if isinstance(kind, s.Sequence)]
    for prefix, kind in sequences:
        rows = _with_recent_steps(rows, log, prefix, kind)
    rows = attach(
        rows,
        tables.people.select("person", "signup"),
        *(steps(log, prefix, kind) for prefix, kind in sequences if not isinstance(kind.window, s.Within)),
        *traits(tables, about.traits),
        *milestones(definitions, about.milestones),
    )
    rows = rows.mutate(signup=when(rows["signup"] <= rows["now"], rows["signup"]))
    rows = with_milestones(rows, definitions, about.milestones)
    rows = with_values(rows, definitions, log, about.signals)
    return judged(rows, definitions, tables, about.nodes)


def _parts(log: Log, name: str, kind: Simple) -> list[Part]:
    """What must be gathered at every candidate; of kinds with a pass of their own, what that begins with."""
    at = log.events["at"]
    match kind:
        case s.TimeTo(select, s.Select(), window):
            start = log.events[f"{name}_start"]
            where = chosen(log, select, window) & (at >= start)
            within = window.duration if isinstance(window, s.Within) else None
            return [Part(name, "min", at, "int64", where, within), Part(f"{name}_start", "min", start, "int64", where)]
        case s.Sequence(order, s.Within(duration)):
            return [Part(f"{name}_0", "min", at, "int64", taken(log, order[0]), duration)]
        case s.Peak(s.Count(select, _), over):
            return [Part(name, "count", at, "int64", taken(log, select), over)]
        case s.Peak(s.Days(select, _), over):
            return [Part(name, "days", log.events["day"], "int64", taken(log, select), over)]
        case _:
            return signals.parts(log, name, kind)


def _candidates(sources: _Sources) -> ir.Table:
    """The events taken, with what each gives to every part, and all other instants of change, which give nothing."""
    log, parts = sources.log, sources.parts
    sequences = [kind for _, kind in sources.kinds if isinstance(kind, s.Sequence)]
    stepping = [chosen(log, step, kind.window) for kind in sequences for step in kind.steps]
    columns = {part.name: when(part.where, part.value) for part in parts}
    events = log.events.filter(any_of([*(part.where for part in parts), *stepping]))
    rows = events.select("person", "place", now=log.events["at"], **columns)
    marks = ibis.union(*_marks(sources), distinct=True)
    nothing = {part.name: ibis.null(part.dtype) for part in parts}
    return ibis.union(rows, marks.select("person", "now", place=ibis.null("int64"), **nothing).select(*rows.columns))


def _marks(sources: _Sources) -> Iterator[ir.Table]:
    """Instants of change that are no events taken."""
    tables, log = sources.tables, sources.log
    yield tables.people.select("person", now=tables.people["born"])
    yield tables.people.filter(tables.people["signup"].notnull()).select("person", now=tables.people["signup"])
    peaks = {prefix for prefix, kind in sources.kinds if isinstance(kind, s.Peak)}
    for part in sources.parts:
        if part.within is not None and part.name not in peaks:
            yield _shifted(log.rows(part.where), "at", part.within)
    for _, kind in sources.kinds:
        if isinstance(kind, s.Sequence) and isinstance(kind.window, s.Within):
            for step in kind.steps[1:]:
                yield _shifted(log.rows(taken(log, step)), "at", kind.window.duration)
    for path in sources.about.traits:
        yield _shifted(_spells(tables, path), "at", 0)
    for name in sources.about.milestones:
        yield _shifted(reached(sources.definitions, name), "reached", 0)
    for moving, length in sources.about.crossings:
        base = _base(sources, moving)
        if base is not None:
            yield _shifted(*base, length)
            yield _shifted(*base, length + 1)


def _shifted(rows: ir.Table, column: str, by: Duration) -> ir.Table:
    return rows.select("person", now=rows[column] + capped(by))


def _spells(tables: Tables, path: c.Path) -> ir.Table:
    return tables.traits.filter(tables.traits["trait"] == tables.looks.traits.index(path))


def _base(sources: _Sources, moving: Moving) -> tuple[ir.Table, str] | None:
    """The instants from which an interval grows."""
    match moving:
        case c.Age():
            return sources.tables.people.filter(sources.tables.people["signup"].notnull()), "signup"
        case c.SinceTrait(path):
            return _spells(sources.tables, path), "at"
        case c.SignalOf(name):
            kind = sources.definitions.signals[name].kind
            if not isinstance(kind, s.Since):
                return None
            return sources.log.rows(chosen(sources.log, kind.select, kind.window)), "at"
        case _:
            assert_never(moving)


def _rolled(rows: ir.Table, parts: list[Part], kinds: list[tuple[str, Simple]]) -> ir.Table:
    """Every part as of every row; of a peak, the greatest so far."""
    columns: dict[str, ir.Value] = {}
    for part in parts:
        back = None if part.within is None else capped(part.within) - 1
        window = ibis.range_window(preceding=back, following=0, group_by="person", order_by="now")
        columns[part.name] = signals.gathered(part, rows[part.name], rows["place"]).over(window)
    rows = rows.mutate(**columns)
    so_far = ibis.range_window(preceding=None, following=0, group_by="person", order_by="now")
    return rows.mutate(**{name: rows[name].max().over(so_far) for name, kind in kinds if isinstance(kind, s.Peak)})


def _with_recent_steps(rows: ir.Table, log: Log, name: str, kind: s.Sequence) -> ir.Table:
    """The rows, with the steps of a rolling sequence that were done in the window of each."""
    if not isinstance(kind.window, s.Within):
        return rows
    for index in range(1, len(kind.steps)):
        column = f"{name}_{index}"
        mine = log.rows(taken(log, kind.steps[index]))
        mine = mine.select(other=mine["person"], **{column: mine["at"]}).distinct()
        # A bound of NULL must meet nothing, but in DuckDB 1.5.6 it meets any row once there are more than 64 of them.
        rows = rows.mutate(bound=earliest(rows, name, kind, index).fill_null(END))
        same = [rows["person"] == mine["other"]]
        rows = without(rows.asof_join(mine, rows["bound"] <= mine[column], predicates=same), "bound", "other")
        rows = rows.mutate(**{column: when(rows[column] <= rows["now"], rows[column])})
    return rows
