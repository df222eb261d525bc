"""Who stands where: signals, segments, stages and milestones of everyone, as of one instant or in any table of rows.

`states` is the whole answer as of an instant, in one pass over the events and what `passes` needs; `judged` works out
predicates in the order in which they build on one another, in whatever rows it is given. Twin: `engine.segments`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from typing import Literal as OneOf

import ibis
import ibis.expr.types as ir

from waypost.batch import readings
from waypost.batch.cells import asked, bit, bits, capped, divide, held, when
from waypost.batch.conditions import condition
from waypost.batch.names import milestone_column, segment_column, signal_prefix
from waypost.batch.passes import attach, tables_of
from waypost.batch.people import Row, traits
from waypost.batch.selects import Log
from waypost.batch.signals import gathered, parts
from waypost.batch.tables import Simple, Tables, reached
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.conditions import Condition, InSegment, StageOf, operands
from waypost.model.time import DAY, Duration

_FEW_DAYS: Final = 120 * DAY
"""A window of so many days, and some on either side, has a bit for each in 128."""
Node = tuple[OneOf["milestone", "segment", "ladder"], str]


def states(definitions: Definitions, tables: Tables) -> ir.Table:
    """Everyone who exists at the instant asked about: `person`, `signup`, `stage`, signals, segments and milestones.

    How these columns are called, `people` says; a signal has one a type that its value may have.
    """
    now = asked()
    people = tables.people.filter(tables.people["born"] <= now)
    rows = people.select("person", "id", now=now, signup=when(people["signup"] <= now, people["signup"]))
    log = Log(tables.events, tables.looks).within(tables.events["at"] <= now)
    kinds = simple_kinds(definitions, definitions.signals)
    rows = attach(
        rows,
        *_gathered(log, kinds),
        *(table for prefix, kind in kinds for table in tables_of(log, prefix, kind)),
        *traits(tables, tables.looks.traits),
        *milestones(definitions, definitions.milestones),
    )
    rows = with_milestones(rows, definitions, definitions.milestones)
    rows = with_values(rows, definitions, log, definitions.signals)
    return judged(rows, definitions, tables, definitions.evaluation)


def answer(definitions: Definitions, rows: ir.Table) -> ir.Table:
    """Of the rows of `states`, the columns that somebody asked for: no parts of signals, and no traits."""
    prefixes = tuple(f"{signal_prefix(definitions, name)}." for name in definitions.signals)
    signals = [column for column in rows.columns if column.startswith(prefixes)]
    shown = [column for column in signals if column.rpartition(".")[2] not in {"whole", "rest"}]
    names = [milestone_column(definitions, name) for name in definitions.milestones]
    names += [segment_column(definitions, name) for name in definitions.segments]
    return rows.select("person", "id", "signup", "stage", *names, *shown)


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


def _gathered(log: Log, kinds: list[tuple[str, Simple]]) -> Iterator[ir.Table]:
    """The parts of every signal, by one grouping of all events."""
    columns: dict[str, ir.Value] = {}
    for part in (part for prefix, kind in kinds for part in parts(log, prefix, kind)):
        where = part.where
        if part.within is not None:
            where = where & (log.events["at"] > asked() - capped(part.within))
        if part.how == "days" and part.within is not None and part.within <= _FEW_DAYS:
            columns[part.name] = _days(part.value, part.within, where)
        else:
            columns[part.name] = gathered(part, part.value, log.events["place"], where)
    if columns:
        yield log.rows().group_by("person").aggregate(**columns)


def _days(day: ir.Value, within: Duration, where: ir.BooleanValue) -> ir.Value:
    """How many different days, each a bit of one integer: a third of the cost of counting distinct values.

    No day lies more than two before the window's beginning in UTC, whatever the zone; three allow for the rounding.
    """
    first = divide(asked() - within, ibis.literal(DAY, "int64")) - 3
    return bits(bit(day - first).bit_or(where=where))


def with_values(rows: ir.Table, definitions: Definitions, log: Log, names: Iterable[str]) -> ir.Table:
    """The rows, with the values of signals whose parts they have."""
    columns: dict[str, ir.Value] = {}
    for name in names:
        columns |= readings.value_columns(rows, signal_prefix(definitions, name), definitions.signals[name], log)
    return rows.mutate(**columns) if columns else rows


def milestones(definitions: Definitions, names: Iterable[str]) -> Iterator[ir.Table]:
    """When each milestone was reached, to be attached to rows."""
    for name in names:
        yield reached(definitions, name).rename({milestone_column(definitions, name): "reached"})


def with_milestones(rows: ir.Table, definitions: Definitions, names: Iterable[str]) -> ir.Table:
    """The rows, in which no milestone is reached later than `now`; and whether each was."""
    columns = [milestone_column(definitions, name) for name in names]
    rows = rows.mutate(**{name: when(rows[name] <= rows["now"], rows[name]) for name in columns})
    return rows.mutate(**{f"{name}.reached": rows[name].notnull() for name in columns})


def judged(rows: ir.Table, definitions: Definitions, tables: Tables, nodes: Sequence[Node]) -> ir.Table:
    """The rows, with segments and the stage, worked out in the order of evaluation."""
    waiting: dict[str, ir.Value] = {}
    for kind, name in nodes:
        if kind == "milestone":
            continue
        rungs = definitions.stages if kind == "ladder" else (definitions.segments[name],)
        if waiting.keys() & {column for rung in rungs for column in _columns_read(definitions, rung.when)}:
            rows, waiting = rows.mutate(**waiting), {}
        scope = Row(definitions, tables.looks, rows)
        truths = [condition(rung.when, scope) for rung in rungs]
        if kind == "segment":
            waiting[segment_column(definitions, name)] = held(truths[0])
        elif rungs:
            names = [ibis.literal(rung.name, "string") for rung in rungs]
            waiting["stage"] = ibis.cases(*zip(truths, names, strict=True))
    if "stage" not in {*waiting, *rows.columns}:
        waiting["stage"] = ibis.null("string")
    return rows.mutate(**waiting)


def _columns_read(definitions: Definitions, one: Condition) -> Iterator[str]:
    """The columns of other nodes that a condition reads."""
    for leaf in operands(one):
        if isinstance(leaf, InSegment):
            yield segment_column(definitions, leaf.name)
        elif isinstance(leaf, StageOf):
            yield "stage"
