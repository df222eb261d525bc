"""A condition as a boolean column: TRUE, FALSE or NULL in each row, exactly as the engine finds it for one person.

What the operands are in a row, a `Scope` says: `selects` has one for events, `people` one for people. The twin of
this file is `engine.conditions`.
"""

from typing import Protocol, assert_never

import ibis
import ibis.expr.types as ir

from waypost.batch.cells import Cell, all_of, any_of, boolean, compare, constant, differs, literal
from waypost.model import conditions as c
from waypost.model.values import Type


class Scope(Protocol):
    """What a condition finds in a row."""

    def cell(self, operand: c.Operand) -> Cell:
        """The value of an operand that is no literal."""

    def segment(self, name: str) -> ir.BooleanValue:
        """Whether the person is in the segment: TRUE or FALSE."""

    def has(self, path: c.Path, member: c.Literal) -> ir.BooleanValue:
        """Whether the trait is a list with the literal in it: TRUE or FALSE."""


def condition(one: c.Condition, scope: Scope) -> ir.BooleanValue:
    """The truth of a condition in a row."""
    match one:
        case c.Always(value):
            return constant(value)
        case c.And(items):
            return all_of([condition(item, scope) for item in items])
        case c.Or(items):
            return any_of([condition(item, scope) for item in items])
        case c.Not(item):
            return ~condition(item, scope)
        case c.Truth(operand):
            return _of_type(operand, Type.BOOLEAN, scope)
        case c.Compare(op, left, right):
            return compare(op, _cell(left, scope), _cell(right, scope))
        case c.Among(operand, literals):
            return _among(_cell(operand, scope), literals)
        case c.Like(operand, pattern):
            cell = _cell(operand, scope)
            return cell.values[Type.STRING].like(pattern) if Type.STRING in cell.values else _null()
        case c.Missing(operand):
            return _cell(operand, scope).missing
        case c.Differs(left, right):
            return differs(_cell(left, scope), _cell(right, scope))
        case c.Has(path, member):
            return scope.has(path, member)
        case c.InSegment(name):
            return scope.segment(name)
        case _:
            assert_never(one)


def _cell(operand: c.Operand, scope: Scope) -> Cell:
    return literal(operand) if isinstance(operand, c.Literal) else scope.cell(operand)


def _of_type(operand: c.Operand, type_: Type, scope: Scope) -> ir.BooleanValue:
    cell = _cell(operand, scope)
    return boolean(cell.values[type_]) if type_ in cell.values else _null()


def _among(cell: Cell, literals: tuple[c.Literal, ...]) -> ir.BooleanValue:
    """IN: any literal equal; the literals are of one type, and a value of another is NULL."""
    type_ = literals[0].type
    if cell.quotient is not None:
        return any_of([compare(c.Op.EQ, cell, literal(one)) for one in literals])
    if type_ not in cell.values:
        return _null()
    return cell.values[type_].isin([literal(one).values[type_] for one in literals])


def _null() -> ir.BooleanValue:
    return boolean(ibis.null("boolean"))
