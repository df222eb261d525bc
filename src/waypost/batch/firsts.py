"""First instants of predicates that stay TRUE once they hold: `count >= n` and its kin, joined by AND and OR.

Such a predicate needs no panel: the n-th event, the n-th new value or day, the step done, the peak met.
"""

from dataclasses import replace
from typing import Final

import ibis
import ibis.expr.types as ir

from waypost.batch import passes
from waypost.batch.cells import any_of, constant
from waypost.batch.names import signal_prefix
from waypost.batch.selects import Log, chosen, is_disjoint, terms
from waypost.batch.tables import DTYPES, LETTERS, Tables, reached
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.values import MILLION

_TURNED: Final = {c.Op.LT: c.Op.GT, c.Op.LE: c.Op.GE}


def first_instants(definitions: Definitions, tables: Tables, condition: c.Condition) -> ir.Table | None:
    """`person`, `first`: from when on the condition holds; None where it might end, or is of another form."""
    match condition:
        case c.Always(True):
            return tables.people.select("person", first=tables.people["born"])
        case c.Truth(c.ReachedOf(name)):
            table = reached(definitions, name)
            return table.select("person", first=table["reached"])
        case c.Compare(c.Op.GE | c.Op.GT as op, c.SignalOf(name), c.Literal(int() as value, _)):
            return _growing(definitions, tables, name, _least(op, value))
        case c.Compare(c.Op.LE | c.Op.LT as op, c.Literal(int() as value, _), c.SignalOf(name)):
            return _growing(definitions, tables, name, _least(_TURNED[op], value))
        case c.And(items) | c.Or(items):
            found = [first_instants(definitions, tables, item) for item in items]
            every = [one for one in found if one is not None]
            return _joined(every, all_of_them=isinstance(condition, c.And)) if len(every) == len(found) else None
        case _:
            return None


def _least(op: c.Op, value: int) -> int:
    """The least whole number that satisfies the comparison with a literal in millionths."""
    return value // MILLION + 1 if op is c.Op.GT else -(-value // MILLION)


def _joined(firsts: list[ir.Table], *, all_of_them: bool) -> ir.Table:
    """The first instant of AND is the latest of all, of OR the earliest of any."""
    rows = ibis.union(firsts[0], *firsts[1:]) if len(firsts) > 1 else firsts[0]
    if not all_of_them:
        return rows.group_by("person").aggregate(first=rows["first"].min())
    both = rows.group_by("person").aggregate(first=rows["first"].max(), met=rows.count())
    return both.filter(both["met"] == len(firsts)).select("person", "first")


def _growing(definitions: Definitions, tables: Tables, name: str, least: int) -> ir.Table | None:
    """From when on a signal that never falls is at least so much."""
    kind, log = definitions.signals[name].kind, Log(tables.events, tables.looks)
    prefix = signal_prefix(definitions, name)
    if not isinstance(kind, s.Count | s.Days | s.Distinct | s.Sequence | s.Peak):
        return None
    if not isinstance(kind, s.Peak) and isinstance(kind.window, s.Within):
        return None
    if least <= 0:
        return tables.people.select("person", first=tables.people["born"])
    match kind:
        case s.Count(select, window):
            events = log.rows(chosen(log, select, window))
            return _nth(events.select("person", "at"), least)
        case s.Days(select, window):
            events = log.rows(chosen(log, select, window))
            return _nth(events.group_by("person", "day").aggregate(at=events["at"].min()), least)
        case s.Distinct():
            return _nth_value(log, kind, least)
        case s.Sequence():
            if least > len(kind.steps):
                return _nobody(tables)
            done = passes.steps(log, prefix, replace(kind, steps=kind.steps[:least]))
            column = done[f"{prefix}_{least - 1}"]
            return done.filter(column.notnull()).select("person", first=column)
        case s.Peak():
            rolling = passes.peaks(log, prefix, kind)
            high = rolling.filter(rolling[prefix] >= least)
            return high.group_by("person").aggregate(first=high["at"].min())


def _nth(rows: ir.Table, n: int) -> ir.Table:
    """The instant of each person's n-th row."""
    if n == 1:
        return rows.group_by("person").aggregate(first=rows["at"].min())
    window = ibis.window(group_by="person", order_by="at")
    ranked = rows.mutate(rank=ibis.row_number().over(window))
    return ranked.filter(ranked["rank"] == n - 1).select("person", first="at")


def _nth_value(log: Log, kind: s.Distinct, n: int) -> ir.Table | None:
    """The instant at which the n-th different value came."""
    given = terms(log, kind)
    if len(given) > 1 and not is_disjoint(kind.fields):
        return None
    rows = []
    for term in given:
        where = term.where & any_of([value.notnull() for value in term.values.values()])
        values = {LETTERS[t]: term.values.get(t, ibis.null(DTYPES[t])) for t in LETTERS}
        rows.append(log.rows(where).select("person", "at", **values))
    every = ibis.union(*rows) if len(rows) > 1 else rows[0]
    return _nth(every.group_by("person", *LETTERS.values()).aggregate(at=every["at"].min()), n)


def _nobody(tables: Tables) -> ir.Table:
    return tables.people.filter(constant(False)).select("person", first=tables.people["born"])
