"""Milestones reached, and when: the first instant at which the predicate holds, within its limit, for everyone.

Predicates that stay TRUE once they hold, such as `reports_shared >= 3 AND reached.setup`, have their first instants
written directly; all others are worked out at every instant at which they can change (`panels`). Neither depends on the
instant that is asked about: who reached a milestone by then is a comparison.
"""

from typing import assert_never

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import all_of, capped, constant, held
from waypost.batch.conditions import condition
from waypost.batch.firsts import first_instants
from waypost.batch.names import milestone_column, segment_column
from waypost.batch.panels import involved, panel
from waypost.batch.people import Row
from waypost.batch.segments import states
from waypost.batch.tables import Tables
from waypost.model import conditions as c
from waypost.model.changes import Definitions
from waypost.model.milestones import Milestone


def reached(definitions: Definitions, tables: Tables, name: str) -> ir.Table:
    """`person`, `reached`: everyone who ever reaches the milestone. Those that it refers to must be filled already."""
    milestone = definitions.milestones[name]
    firsts = first_instants(definitions, tables, milestone.when)
    if firsts is not None:
        return _limited(firsts, tables, milestone)
    about = involved(definitions, milestone.when)
    rows = panel(definitions, tables, about)
    holds = [held(condition(milestone.when, Row(definitions, tables.looks, rows)))]
    if milestone.within is not None:
        holds.append(held(rows["now"] - rows["signup"] < capped(milestone.within)))
    rows = rows.filter(all_of(holds))
    return rows.group_by("person").aggregate(reached=rows["now"].min())


def _limited(firsts: ir.Table, tables: Tables, milestone: Milestone) -> ir.Table:
    """What stays TRUE from an instant on is reached then, or with a limit at signup if that comes later."""
    if milestone.within is None:
        return firsts.select("person", reached=firsts["first"])
    people = tables.people.select("person", "signup")
    rows = firsts.inner_join(people, "person")
    rows = rows.select("person", "signup", reached=ibis.greatest(rows["first"], rows["signup"]))
    rows = rows.filter(held(rows["reached"] - rows["signup"] < capped(milestone.within)))
    return rows.select("person", "reached")


Group = c.StageOf | c.TraitOf | c.InSegment
"""What people may be grouped by: their stage, a trait's value, or whether they are in a segment."""


def reach(definitions: Definitions, tables: Tables, by: Group | None) -> ir.Table:
    """Of those who signed up by the instant asked about: how many are through with each milestone, and reached it.

    One row a group (see `group_columns`), and for each milestone by its number: `people_0` whose time limit has passed
    (all, where there is none), `reached_0` of them, `median_0` of their time from signup, and `immature_0`, the rest.
    """
    rows = states(definitions, tables)
    rows = rows.filter(rows["signup"].notnull())
    columns: dict[str, ir.Value] = {}
    for index, (name, milestone) in enumerate(definitions.milestones.items()):
        over = constant(True)
        if milestone.within is not None:
            over = rows["now"] - rows["signup"] >= capped(milestone.within)
        instant = rows[milestone_column(definitions, name)]
        done = over & instant.notnull()
        columns[f"people_{index}"] = rows.count(where=over)
        columns[f"reached_{index}"] = rows.count(where=done)
        columns[f"immature_{index}"] = rows.count(where=~over)
        columns[f"median_{index}"] = (instant - rows["signup"]).median(where=done)
    if by is None:
        return rows.aggregate(**columns)
    return rows.group_by(*group_columns(definitions, tables, by)).aggregate(**columns)


def group_columns(definitions: Definitions, tables: Tables, by: Group) -> list[str]:
    """The columns that say which group a row of `reach` is about; of a trait one a type, all NULL where it has none."""
    match by:
        case c.StageOf():
            return ["stage"]
        case c.InSegment(name):
            return [segment_column(definitions, name)]
        case c.TraitOf(path):
            return [f"t{tables.looks.traits.index(path)}_{letter}" for letter in ("b", "n", "s")]
        case _:
            assert_never(by)
