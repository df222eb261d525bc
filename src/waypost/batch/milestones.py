"""Milestones reached, and when: the first instant at which the predicate holds, within its limit, for everyone.

Predicates that stay TRUE once they hold, such as `reports_shared >= 3 AND reached.setup`, have their first instants
written directly; all others are worked out at every instant at which they can change (`panels`). Neither depends on the
instant that is asked about: who reached a milestone by then is a comparison.
"""

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import all_of, capped, held
from waypost.batch.conditions import condition
from waypost.batch.firsts import first_instants
from waypost.batch.panels import involved, panel
from waypost.batch.people import Row
from waypost.batch.tables import Tables
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
