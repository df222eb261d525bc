"""Signals that need a pass of their own over the events they take: peaks, sequences, and times from a first event."""

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import asked, capped, when
from waypost.batch.selects import Log, chosen, taken
from waypost.batch.tables import Simple
from waypost.model import signals as s


def tables_of(log: Log, name: str, kind: Simple) -> list[ir.Table]:
    """What a signal reads beside its parts, one row a person, from a log that ends at the instant asked about."""
    match kind:
        case s.Peak():
            rolling = peaks(log, name, kind)
            return [rolling.group_by("person").aggregate(**{name: rolling[name].max()})]
        case s.Sequence(_, s.Within(duration)):
            recent = log.within(log.events["at"] > asked() - capped(duration))
            return [steps(recent, name, kind)]
        case s.Sequence():
            return [steps(log, name, kind)]
        case s.TimeTo(_, s.Select() as start, window):
            recent = log
            if isinstance(window, s.Within):
                recent = log.within(log.events["at"] > asked() - capped(window.duration))
            return [starts(log, name, start), ends(recent, starts(log, name, start), name, kind)]
        case _:
            return []


def attach(rows: ir.Table, *others: ir.Table) -> ir.Table:
    """The rows, with the columns of other tables that have one row a person each.

    Of a table with the columns `from` and `until` it is the row whose spell the row's `now` lies in.
    """
    keys = [f"key_{index}" for index in range(len(others))]
    joined = rows
    for key, table in zip(keys, others, strict=True):
        spell = {f"{key}_{bound}": bound for bound in ("from", "until") if bound in table.columns}
        other = table.rename({key: "person", **spell})
        conditions = [rows["person"] == other[key]]
        if spell:
            conditions += [other[f"{key}_from"] <= rows["now"], rows["now"] < other[f"{key}_until"]]
        joined = joined.left_join(other, conditions)
    return without(joined, *(column for column in joined.columns if column.startswith("key_")))


def without(rows: ir.Table, *columns: str) -> ir.Table:
    """The rows less some columns. Ibis's own `drop` writes them in another order each time."""
    return rows.select(*(column for column in rows.columns if column not in columns)) if columns else rows


def peaks(log: Log, name: str, kind: s.Peak) -> ir.Table:
    """The rolling value at each of the events that the peak is of."""
    of = kind.of
    mine = log.rows(taken(log, of.select))
    window = ibis.range_window(preceding=capped(kind.over) - 1, following=0, group_by="person", order_by="at")
    value = mine["at"].count() if isinstance(of, s.Count) else mine["day"].nunique()
    return mine.select("person", "at", **{name: value.over(window)})


def starts(log: Log, name: str, start: s.Select) -> ir.Table:
    """The first `from` event of a `time_to`, ever."""
    mine = log.rows(taken(log, start))
    return mine.group_by("person").aggregate(**{f"{name}_start": mine["at"].min()})


def ends(log: Log, start: ir.Table, name: str, kind: s.TimeTo) -> ir.Table:
    """The first event looked for at or after the start."""
    mine = log.rows(chosen(log, kind.select, kind.window)).select("person", "at")
    later = mine.inner_join(start, "person")
    later = later.filter(later["at"] >= later[f"{name}_start"])
    return later.group_by("person").aggregate(**{name: later["at"].min()})


def steps(log: Log, name: str, kind: s.Sequence) -> ir.Table:
    """The instant at which each step was done, in columns `NAME_0` …; only for those who did the first."""
    first = log.rows(chosen(log, kind.steps[0], kind.window))
    done = first.group_by("person").aggregate(**{f"{name}_0": first["at"].min()})
    for index in range(1, len(kind.steps)):
        mine = log.rows(chosen(log, kind.steps[index], kind.window)).select("person", "at")
        later = mine.inner_join(done, "person")
        later = later.filter(later["at"] >= earliest(later, name, kind, index))
        done = attach(done, later.group_by("person").aggregate(**{f"{name}_{index}": later["at"].min()}))
    return done


def earliest(row: ir.Table, name: str, kind: s.Sequence, index: int) -> ir.Value:
    """From when on step `index` may be done: with the one before, but after any that shares an event with it.

    Steps are done in order of time, so of those that share an event only the latest matters.
    """
    previous = row[f"{name}_{index - 1}"]
    rivals = [j for j in range(index) if share_an_event(kind.steps[j], kind.steps[index])]
    return when(previous.notnull(), ibis.greatest(previous, row[f"{name}_{rivals[-1]}"] + 1)) if rivals else previous


def share_an_event(one: s.Select, other: s.Select) -> bool:
    """Whether one event could do both steps; `any` shares with every step."""
    return one.is_any or other.is_any or not set(one.names).isdisjoint(other.names)
