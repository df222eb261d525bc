"""Readouts: a batch query over everyone's history, handed to the readout that puts it into words and intervals.

The warehouse and the queries are imported when somebody asks: they take longer to load than most commands to run.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from waypost.definitions.conditions import parse
from waypost.definitions.scopes import PersonScope
from waypost.model.changes import Definitions
from waypost.model.conditions import Compare, Condition, InSegment, Literal, Missing, Op, StageOf, TraitOf
from waypost.model.problems import Problem
from waypost.model.segments import Segment
from waypost.model.time import Instant, write_instant
from waypost.model.values import Json, Type, present
from waypost.readout.milestones import Reach, rows
from waypost.runtime.bundle import Runtime
from waypost.runtime.stores import people

if TYPE_CHECKING:
    from waypost.batch.milestones import Group
    from waypost.runtime.warehouse import Warehouse


@contextmanager
def everyone(runtime: Runtime) -> Iterator["Warehouse"]:
    """A warehouse over the whole log of a store: sealed history and the tail behind it."""
    from waypost.runtime.stores import history
    from waypost.runtime.warehouse import open_warehouse

    with runtime.reading() as database:
        past = history.History()
        if runtime.settings.spill is not None:
            past = history.seal(database, runtime.settings.data)
        tail = history.arrow(database, past.last)
        warehouse = open_warehouse(past.paths, tail, people.undos(database), folder=runtime.settings.spill)
    try:
        yield warehouse
    finally:
        warehouse.close()


def milestones(runtime: Runtime, as_of: Instant | None = None, by: str | None = None) -> dict[str, Json]:
    """How many people reach each milestone and how fast, as `readout milestones --json` shows it.

    Args:
        runtime: The open Waypost.
        as_of: The instant to count at; now, without one.
        by: What splits the people: `stage`, the name of a stage or segment, `trait.NAME`, or a predicate.

    Raises:
        Problem: `unknown_group`, where `by` is none of these.
    """
    at = runtime.clock.now() if as_of is None else as_of
    definitions, group = grouped(runtime.live.definitions, by)
    with everyone(runtime) as warehouse:
        found = reaches(warehouse, definitions, group, at)
    return {
        "as_of": write_instant(at),
        "definition_set": runtime.live.definitions.hash,
        "rows": rows(found, by, definitions.activation),
    }


def grouped(definitions: Definitions, by: str | None) -> tuple[Definitions, "Group | None"]:
    """What a text splits people by, and the definitions with a segment for it where they have none.

    Raises:
        Problem: `unknown_group`.
    """
    if by is None:
        return definitions, None
    if by == "stage":
        return definitions, StageOf()
    if by in definitions.segments:
        return definitions, InSegment(by)
    if any(rung.name == by for rung in definitions.stages):
        return _with(definitions, by, Compare(Op.EQ, StageOf(), Literal(by, Type.STRING))), InSegment(by)
    if by.startswith("trait."):
        missing = _parsed(definitions, f"{by} IS NULL", by)
        if isinstance(missing, Missing) and isinstance(missing.operand, TraitOf):
            return _with(definitions, by, missing), missing.operand
    return _with(definitions, by, _parsed(definitions, by, by)), InSegment(by)


def _with(definitions: Definitions, name: str, condition: Condition) -> Definitions:
    segments = {**definitions.segments, name: Segment(name, condition)}
    return replace(definitions, segments=segments, evaluation=(*definitions.evaluation, ("segment", name)))


def reaches(warehouse: "Warehouse", definitions: Definitions, by: "Group | None", at: Instant) -> list[Reach]:
    """Who reached what by an instant, group by group."""
    from waypost.batch.milestones import group_columns, reach
    from waypost.batch.tables import tables

    with warehouse.prepared(definitions):
        about = tables(definitions)
        keys = [] if by is None else group_columns(definitions, about, by)
        table = warehouse.ask(definitions, reach(definitions, about, by), at)
    found = [({key: row[key] for key in keys}, row) for row in table.to_pylist()]
    found.sort(key=lambda pair: [(value is None, str(type(value)), value or 0) for value in pair[0].values()])
    return [
        Reach(
            group=_shown(key),
            milestone=name,
            people=row[f"people_{index}"],
            reached=row[f"reached_{index}"],
            immature=row[f"immature_{index}"],
            median=row[f"median_{index}"],
        )
        for key, row in found
        for index, name in enumerate(definitions.milestones)
    ]


def _shown(key: Mapping[str, str | int | bool | Decimal | None]) -> Json:
    """The value that a group has in common; of a trait the one column that is not NULL."""
    value = next((value for value in key.values() if value is not None), None)
    if isinstance(value, int) and not isinstance(value, bool):
        return present(value, Type.NUMBER)
    return None if isinstance(value, Decimal) else value


def _parsed(definitions: Definitions, text: str, by: str) -> Condition:
    """The condition that a text says about people.

    Raises:
        Problem: `unknown_group`, with everything that is wrong with it.
    """
    scope = PersonScope(
        definitions.signals, definitions.milestones, definitions.segments, [rung.name for rung in definitions.stages]
    )
    parsed = parse(text, scope)
    if parsed.condition is None:
        faults = "; ".join(fault.message for fault in parsed.faults if not fault.warning)
        raise Problem(
            "unknown_group",
            f"people cannot be split by {by!r}: {faults}",
            "name a stage or a segment, write stage, trait.NAME, or a condition as in segments.yaml",
        )
    return parsed.condition
