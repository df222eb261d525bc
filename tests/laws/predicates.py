"""Invents predicates over given terms: three-valued traps, mixed types, boundaries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from tests.laws.dice import Dice, chance, pick
from waypost.model import conditions as c
from waypost.model.time import DAY, HOUR, parse_instant
from waypost.model.values import MILLION, Type, Value

BASE: Final = parse_instant("2026-03-28T20:00:00Z") or 0
"""Worlds begin here; local clocks of the crooked zone jump five hours later."""
LITERALS: Final[dict[Type, tuple[Value, ...]]] = {
    Type.NUMBER: (MILLION, 0, 2 * MILLION, 3 * MILLION, 3 * MILLION // 2, -MILLION, 100_000, MILLION // 3),
    Type.STRING: ("p", "q", "", "1", "é", "P"),
    Type.BOOLEAN: (True, False),
    Type.INSTANT: (BASE, BASE + 2 * HOUR, BASE + DAY),
    Type.INTERVAL: (HOUR, 2 * HOUR, 5 * HOUR, DAY, 0),
}


@dataclass(frozen=True)
class Term:
    """An operand that a condition may use. `moving`: it may meet literals only, by order (17)."""

    operand: c.Operand
    type: Type
    moving: bool = False


def condition(
    dice: Dice,
    terms: Sequence[Term],
    segments: Collection[str],
    texts: Sequence[Value] = LITERALS[Type.STRING],
    depth: int = 2,
) -> c.Condition:
    """A predicate over the terms and the segments that are there already."""
    kind = dice.number(0, 9) if depth else 0
    if kind == 9:
        return c.Not(condition(dice, terms, segments, texts, depth - 1))
    if kind >= 7:
        both = tuple(condition(dice, terms, segments, texts, depth - 1) for _ in range(2))
        return c.And(both) if kind == 7 else c.Or(both)
    if segments and chance(dice, 15):
        return c.InSegment(pick(dice, sorted(segments)))
    if chance(dice, 4):
        return c.Always(chance(dice, 50))
    return leaf(dice, pick(dice, terms), terms, texts)


def leaf(dice: Dice, term: Term, terms: Sequence[Term], texts: Sequence[Value]) -> c.Condition:
    """One comparison or question about a term."""
    order = (c.Op.GE, c.Op.GT, c.Op.LT, c.Op.LE)
    if chance(dice, 15):
        return c.Missing(term.operand)
    if term.moving:
        return turned(dice, c.Compare(pick(dice, order), term.operand, literal(dice, term.type, texts)))
    type_ = pick(dice, (Type.NUMBER, Type.STRING, Type.BOOLEAN)) if term.type is Type.ANY else term.type
    if isinstance(term.operand, c.TraitOf) and chance(dice, 20):
        return c.Has(term.operand.path, literal(dice, type_, texts))
    if isinstance(term.operand, c.StageOf):
        texts = ("r1", "r2", "rest")
    if type_ is Type.BOOLEAN and chance(dice, 60):
        return c.Truth(term.operand)
    if type_ is Type.STRING and chance(dice, 20):
        return c.Like(term.operand, pick(dice, ("p%", "%", "_", "%q", "r_", "é_%", "")))
    if chance(dice, 15):
        return c.Among(term.operand, tuple(literal(dice, type_, texts) for _ in range(dice.number(1, 3))))
    others = [x.operand for x in terms if x.type is term.type and not x.moving]
    other = pick(dice, others) if chance(dice, 20) else literal(dice, type_, texts)
    if chance(dice, 15):
        return c.Differs(term.operand, other)
    return turned(dice, c.Compare(pick(dice, (*order, c.Op.EQ, c.Op.NE)), term.operand, other))


def turned(dice: Dice, compare: c.Compare) -> c.Compare:
    """The comparison, sometimes with its sides exchanged: `INTERVAL '2 days' < idle` is a way to write it."""
    return c.Compare(compare.op, compare.right, compare.left) if chance(dice, 15) else compare


def literal(dice: Dice, type_: Type, texts: Sequence[Value]) -> c.Literal:
    """A constant of the type."""
    return c.Literal(pick(dice, texts if type_ is Type.STRING else LITERALS[type_]), type_)
