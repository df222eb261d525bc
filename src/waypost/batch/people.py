"""People in queries: whose an anonymous event is, and what a condition finds in a row about one person.

The closure of aliases comes as a table from `engine.people`, which the runtime passes; see `runtime.warehouse`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

from waypost.batch import readings
from waypost.batch.cells import Cell, boolean, cell_at, held, single, when
from waypost.batch.names import milestone_column, segment_column, signal_prefix
from waypost.batch.tables import Looks, Tables
from waypost.model import conditions as c
from waypost.model.changes import Definitions
from waypost.model.values import Type

CLAIM_SCHEMA: Final[Mapping[str, str]] = {
    "anonymous_id": "string",
    "person": "string",
    "at": "int64",
    "message_id": "string",
}
BEGINNING: Final = -(2**62)
END: Final = 2**62


def owners() -> ir.Table:
    """Whose each anonymous id is, in spells [start, until), from the table `claims`.

    The latest claim at or before an event owns it (of claims at one instant, the greatest message_id); before the first
    claim, the first one does (there the least message_id; semantics.md 8).
    """
    claims = ibis.table(CLAIM_SCHEMA, "claims")
    within = ibis.window(group_by=["anonymous_id", "at"], order_by=claims["message_id"].desc())
    ranked = claims.mutate(rank=ibis.row_number().over(within))
    standing = ranked.filter(ranked["rank"] == 0)
    along = ibis.window(group_by="anonymous_id", order_by="at")
    # Software repeats a claim with every message: only changes of hands make a spell.
    standing = standing.mutate(same=standing["person"].identical_to(standing["person"].lag(1).over(along)))
    standing = standing.filter(~boolean(standing["same"]))
    until = standing["at"].lead(1).over(along).fill_null(END)
    spells = standing.select("anonymous_id", "person", start=standing["at"], until=until)
    order = ibis.window(group_by="anonymous_id", order_by=["at", "message_id"])
    counted = claims.mutate(rank=ibis.row_number().over(order))
    first = counted.filter(counted["rank"] == 0)
    before = first.select("anonymous_id", "person", start=ibis.literal(BEGINNING, "int64"), until=first["at"])
    return ibis.union(before, spells)


@dataclass(frozen=True, slots=True)
class Row:
    """What a condition finds in a row about one person at the instant `now`: a `conditions.Scope`."""

    definitions: Definitions
    looks: Looks
    row: ir.Table

    def cell(self, operand: c.Operand) -> Cell:
        """The value of an operand."""
        row = self.row
        match operand:
            case c.SignalOf(name):
                return readings.cell(row, signal_prefix(self.definitions, name), self.definitions.signals[name])
            case c.TraitOf(path):
                return cell_at(row, self._trait(path), Type.ANY)
            case c.SinceTrait(path):
                return single(Type.INTERVAL, row["now"] - row[self._trait(path) + "at"])
            case c.ReachedOf(name):
                return single(Type.BOOLEAN, row[milestone_column(self.definitions, name) + ".reached"])
            case c.TookOf(name):
                return single(Type.INTERVAL, row[milestone_column(self.definitions, name)] - row["signup"])
            case c.StageOf():
                return single(Type.STRING, row["stage"])
            case c.Age():
                return single(Type.INTERVAL, row["now"] - row["signup"])
            case _:
                raise ValueError(f"{operand} has no meaning for a person")

    def segment(self, name: str) -> ir.BooleanValue:
        """Whether the person is in the segment."""
        return boolean(self.row[segment_column(self.definitions, name)])

    def has(self, path: c.Path, member: c.Literal) -> ir.BooleanValue:
        """Whether the trait is a list with the literal in it."""
        return held(boolean(self.row[f"{self._trait(path)}h{self.looks.members.index((path, member))}"]))

    def _trait(self, path: c.Path) -> str:
        return f"t{self.looks.traits.index(path)}_"


def traits(tables: Tables, paths: Iterable[c.Path]) -> list[ir.Table]:
    """The spells of each trait, to be attached to rows: `t0_n` … are its values, `t0_at` since when it had them."""
    found = []
    for path in paths:
        number = tables.looks.traits.index(path)
        prefix = f"t{number}_"
        spells = tables.traits.filter(tables.traits["trait"] == number)
        columns = [f"h{index}" for index, (of, _) in enumerate(tables.looks.members) if of == path]
        values: dict[str, ir.Value] = {
            prefix + column: spells[column] for column in ("n", "s", "b", "t", "set", *columns)
        }
        values[prefix + "at"] = when(boolean(spells["told"]), spells["at"])
        found.append(spells.select("person", "until", **{"from": spells["at"]}, **values))
    return found
