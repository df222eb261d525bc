"""Who stands where: signals, segments, stages and milestones of everyone, as of one instant or in any table of rows.

`states` is the whole answer as of an instant, in one pass over the events and what `passes` needs; `judged` works out
predicates in the order in which they build on one another, in whatever rows it is given. Twin: `engine.segments`.
"""

from collections.abc import Iterable, Sequence
from typing import Literal as OneOf

import ibis
import ibis.expr.types as ir

from waypost.batch import readings, signals
from waypost.batch.cells import asked, capped, held, when
from waypost.batch.conditions import condition
from waypost.batch.passes import attach, tables_of
from waypost.batch.people import Row, milestone_column, segment_column, signal_prefix, with_traits
from waypost.batch.selects import Log
from waypost.batch.signals import Part
from waypost.batch.tables import Simple, Tables, reached
from waypost.model import signals as s
from waypost.model.changes import Definitions

Node = tuple[OneOf["milestone", "segment", "ladder"], str]


def states(definitions: Definitions, tables: Tables) -> ir.Table:
    """Everyone who exists at the instant asked about: `person`, `signup`, `stage`, signals, segments and milestones.

    How these columns are called, `people` says; a signal has one a type that its value may have.
    """
    now = asked()
    people = tables.people.filter(tables.people["born"] <= now)
    rows = people.select("person", "id", now=now, signup=when(people["signup"] <= now, people["signup"]))
    log = Log(tables.events.filter(tables.events["at"] <= now), tables.looks)
    rows = _with_parts(rows, log, definitions)
    rows = with_traits(rows, tables, tables.looks.traits)
    rows = with_values(rows, definitions, log, definitions.signals)
    rows = with_milestones(rows, definitions, definitions.milestones)
    return judged(rows, definitions, tables, definitions.evaluation)


def simple_kinds(definitions: Definitions, names: Iterable[str]) -> list[tuple[str, Simple]]:
    """The kinds to be gathered for signals, by the prefix of their columns; a ratio has two."""
    found: list[tuple[str, Simple]] = []
    for name in names:
        kind, prefix = definitions.signals[name].kind, signal_prefix(definitions, name)
        if isinstance(kind, s.Ratio):
            found += [(f"{prefix}_above", kind.numerator), (f"{prefix}_below", kind.denominator)]
        else:
            found.append((prefix, kind))
    return found


def _with_parts(rows: ir.Table, log: Log, definitions: Definitions) -> ir.Table:
    """The rows, with the parts of every signal: one grouping for all, and a table for each that needs its own pass."""
    kinds = simple_kinds(definitions, definitions.signals)
    parts = [part for prefix, kind in kinds for part in signals.parts(log, prefix, kind)]
    if parts:
        columns = {part.name: _gathered(part, log) for part in parts}
        rows = attach(rows, log.events.group_by("person").aggregate(**columns))
    for prefix, kind in kinds:
        for table in tables_of(log, prefix, kind):
            rows = attach(rows, table)
    return rows


def _gathered(part: Part, log: Log) -> ir.Value:
    where = part.where
    if part.within is not None:
        where = where & (log.events["at"] > asked() - capped(part.within))
    return signals.gathered(part, part.value, log.events["place"], where)


def with_values(rows: ir.Table, definitions: Definitions, log: Log, names: Iterable[str]) -> ir.Table:
    """The rows, with the values of signals whose parts they have."""
    columns: dict[str, ir.Value] = {}
    for name in names:
        columns |= readings.value_columns(rows, signal_prefix(definitions, name), definitions.signals[name], log)
    return rows.mutate(**columns) if columns else rows


def with_milestones(rows: ir.Table, definitions: Definitions, names: Iterable[str]) -> ir.Table:
    """The rows, with when each milestone was reached; NULL where that was later than `now`, or never."""
    columns: list[str] = []
    for name in names:
        columns.append(milestone_column(definitions, name))
        rows = attach(rows, reached(definitions, name).rename({columns[-1]: "reached"}))
    rows = rows.mutate(**{name: when(rows[name] <= rows["now"], rows[name]) for name in columns})
    return rows.mutate(**{f"{name}.reached": rows[name].notnull() for name in columns})


def judged(rows: ir.Table, definitions: Definitions, tables: Tables, nodes: Sequence[Node]) -> ir.Table:
    """The rows, with segments and the stage, worked out in the order of evaluation."""
    for kind, name in nodes:
        scope = Row(definitions, tables.looks, rows)
        if kind == "segment":
            member = held(condition(definitions.segments[name].when, scope))
            rows = rows.mutate(**{segment_column(definitions, name): member})
        elif kind == "ladder":
            rungs = [(condition(rung.when, scope), ibis.literal(rung.name, "string")) for rung in definitions.stages]
            rows = rows.mutate(stage=ibis.cases(*rungs) if rungs else ibis.null("string"))
    if "stage" not in rows.columns:
        rows = rows.mutate(stage=ibis.null("string"))
    return rows
