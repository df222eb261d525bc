"""Atoms: the comparisons of a definition set, their two bits, and the readers that set those bits.

All comparisons of one signal with literals are one reader: its value is looked up among the cuts that the literals
make, and the band it lies in has all their bits. Any other comparison has a reader of its own.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from waypost.engine.accumulators import NEVER, PATIENCE
from waypost.engine.clocks import Clock
from waypost.engine.conditions import COMPARE, TURNED, Test, compile_condition
from waypost.engine.formulas import Atom
from waypost.engine.gauges import Bits, Flip, FromSignup, Gauge, Held, Key
from waypost.engine.operands import PersonOperands
from waypost.engine.profiles import Profile
from waypost.engine.properties import RANK
from waypost.engine.quotients import Quotient
from waypost.model.conditions import (
    Age,
    Among,
    Compare,
    Differs,
    Has,
    InSegment,
    Literal,
    Missing,
    Op,
    Operand,
    ReachedOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
    operands,
)
from waypost.model.time import Instant

Outcome = tuple[str, str]
"""What a rule decides: its kind (`milestone`, `segment`, `ladder`) and its name."""

_CUTS_OF: Final[Mapping[Op, slice]] = {
    Op.EQ: slice(0, 2),
    Op.NE: slice(0, 2),
    Op.LT: slice(0, 1),
    Op.GE: slice(0, 1),
    Op.LE: slice(1, 2),
    Op.GT: slice(1, 2),
}
"""Which of a literal's two cuts a comparison looks at."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What sets some bits of a profile, and what they depend on.

    `flip` is None where they do not move with time; `fresh` are the bits right after an event of its only slot, where
    nothing but that event's instant matters. Where one is `restless`, an event may bring its next change nearer, unless
    it is `calm`.
    """

    mask: int
    read: Bits
    flip: Flip | None
    restless: bool
    slots: frozenset[int]
    signup: bool
    traits: bool
    follows: frozenset[Outcome]
    fresh: int | None = None
    calm: Test[Profile] | None = None


@dataclass(frozen=True, slots=True)
class _Banded:
    """An atom that is decided by where the key of one gauge lies."""

    operand: Operand
    gauge: Gauge
    cuts: tuple[Key, ...]
    judge: Callable[[Key | None], bool | None]

    @property
    def line(self) -> tuple[Operand, int | None]:
        """What the atoms of one reader have in common."""
        return self.operand, self.gauge.rank


class Atoms:
    """Every atom of a definition set, once, with its bits; `readers` are made when all are known."""

    def __init__(self, source: PersonOperands) -> None:
        self._source = source
        self._places: dict[Atom, int] = {}
        self._banded: dict[Atom, _Banded] = {}
        self._flips: dict[int, Flip | None] = {}
        self._found: dict[tuple[Operand, int | None], list[int]] = {}

    def bits_of(self, atom: Atom) -> tuple[int, int]:
        """The bit for TRUE and the bit for FALSE."""
        place = self._places.get(atom)
        if place is None:
            place = self._places[atom] = len(self._places)
            banded = _banded(atom, self._source)
            if banded is not None:
                self._banded[atom] = banded
            flip = self._leaving(banded) if banded else _changing(atom, self._source)
            self._flips[1 << 2 * place] = self._flips[2 << 2 * place] = flip
        return 1 << 2 * place, 2 << 2 * place

    def flip_of(self, bit: int) -> Flip | None:
        """What says when a bit may change by time alone."""
        return self._flips[bit]

    def readers(self) -> tuple[Reader, ...]:
        """What sets the bits of all atoms asked for so far."""
        lines: dict[tuple[Operand, int | None], list[tuple[Atom, _Banded]]] = {}
        single: list[Reader] = []
        for atom in self._places:
            banded = self._banded.get(atom)
            if banded is None:
                single.append(self._single(atom))
            else:
                lines.setdefault(banded.line, []).append((atom, banded))
        joint = {line: self._line(group) for line, group in lines.items()}
        for place, line in enumerate(line for line, reader in joint.items() if reader.flip is not None):
            self._found.setdefault(line, [0])[0] = place
        return (*joint.values(), *single)

    def _leaving(self, banded: _Banded) -> Flip | None:
        """When the atom's own cuts are passed. Where that is dear to find, what its reader has found is good enough."""
        if banded.gauge.restless:
            # Where the reader will stand among those that move is known when all atoms are.
            place = self._found.setdefault(banded.line, [0])
            return lambda profile, at: profile.flips[place[0]]
        return banded.gauge.leaving(banded.cuts)

    def _single(self, atom: Atom) -> Reader:
        yes, no = self.bits_of(atom)
        test = compile_condition(atom, self._source)
        leaves = list(operands(atom))
        gauges = _gauges(atom, self._source)
        bits = {True: yes, False: no, None: 0}
        return Reader(
            yes | no,
            lambda profile, at: bits[test(profile, at)],
            self._flips[yes],
            any(gauge.timed for gauge in gauges),
            frozenset(slot for gauge in gauges for slot in gauge.slots),
            any(isinstance(leaf, TookOf) for leaf in leaves) or any(isinstance(one, FromSignup) for one in gauges),
            any(isinstance(leaf, TraitOf | SinceTrait | Has) for leaf in leaves),
            frozenset(outcome for leaf in leaves for outcome in _follows(leaf)),
        )

    def _line(self, group: Sequence[tuple[Atom, _Banded]]) -> Reader:
        """One reader for all atoms of one gauge."""
        gauge = group[0][1].gauge
        cuts = sorted({cut for _, banded in group for cut in banded.cuts})
        mask = 0

        def bits_at(key: Key | None) -> int:
            bits = 0
            for atom, banded in group:
                truth = banded.judge(key)
                bits |= self.bits_of(atom)[0 if truth else 1] if truth is not None else 0
            return bits

        for atom, _ in group:
            mask |= sum(self.bits_of(atom))
        table = [bits_at(_below(cuts)), *(bits_at(cut) for cut in cuts)]
        null = bits_at(None)
        # Where two bands have the same bits, an event can change the band, and with it the next flip, but no bit.
        twins = len({*table, null}) <= len(table)
        return Reader(
            mask,
            gauge.banding(cuts, table, null),
            gauge.leaving(cuts),
            gauge.timed and (gauge.restless or twins),
            frozenset(gauge.slots),
            isinstance(gauge, FromSignup) or isinstance(group[0][1].operand, Age),
            isinstance(group[0][1].operand, SinceTrait),
            frozenset(),
            bits_at(0) if isinstance(gauge, Clock) and gauge.slots else None,
            gauge.calm() if isinstance(gauge, Quotient) else None,
        )


def _below(cuts: Sequence[Key]) -> Key:
    """A key before the first cut."""
    if not cuts or isinstance(cuts[0], str):
        return "" if cuts else 0
    return cuts[0] - 1


def _banded(atom: Atom, source: PersonOperands) -> _Banded | None:
    """The atom as a judgement on the key of one gauge, where it is one."""
    if isinstance(atom, Compare | Differs) and isinstance(atom.left, Literal):
        turned = Compare(TURNED[atom.op], atom.right, atom.left) if isinstance(atom, Compare) else None
        atom = turned or Differs(atom.right, atom.left)
    match atom:
        case Compare(op, operand, Literal() as literal):
            compares = COMPARE[op]
            return _by_literals(
                operand, (literal,), source, _CUTS_OF[op], lambda place: None if place is None else compares(place, 1)
            )
        case Differs(operand, Literal() as literal):
            return _by_literals(operand, (literal,), source, slice(0, 2), lambda place: place != 1)
        case Among(operand, literals):
            return _by_literals(
                operand, literals, source, slice(0, 2), lambda place: None if place is None else place == 1
            )
        case Missing(operand):
            gauge = source.gauge(operand)
            return _Banded(operand, gauge, (), lambda key: key is None) if gauge is not None else None
        case _:
            return None


def _by_literals(
    operand: Operand,
    literals: tuple[Literal, ...],
    source: PersonOperands,
    looked_at: slice,
    judge: Callable[[int | None], bool | None],
) -> _Banded | None:
    """`judge` is told whether the key is NULL (None), lies before a literal (0), at it (1) or behind it (2)."""
    gauge, ranks = source.gauge(operand), {RANK[literal.type] for literal in literals}
    if isinstance(gauge, Held) and gauge.rank is None and len(ranks) == 1:
        gauge = replace(gauge, rank=next(iter(ranks)))
    if gauge is None or ranks != {gauge.rank}:
        return None
    pairs = [gauge.cut(literal.value) for literal in literals]

    def decide(key: Key | None) -> bool | None:
        return judge(None) if key is None else any(judge(bisect_right(pair, key)) for pair in pairs)

    return _Banded(operand, gauge, tuple(sorted(cut for pair in pairs for cut in list(pair)[looked_at])), decide)


def _gauges(atom: Atom, source: PersonOperands) -> list[Gauge]:
    found = (source.gauge(leaf) for leaf in operands(atom) if not isinstance(leaf, Has | InSegment))
    return [gauge for gauge in found if gauge is not None]


def _changing(atom: Atom, source: PersonOperands) -> Flip | None:
    """For an atom that no line of keys decides: look at each change of its operands until its truth is another."""
    gauges = [gauge for gauge in _gauges(atom, source) if gauge.timed]
    if not gauges:
        return None
    if any(isinstance(gauge, Clock) for gauge in gauges):
        raise ValueError(f"an interval that grows with time can only be compared with a literal: {atom}")
    test = compile_condition(atom, source)

    def flip(profile: Profile, at: Instant) -> Instant:
        truth = test(profile, at)
        for _ in range(PATIENCE):
            at = min(gauge.changes(profile, at) for gauge in gauges)
            if at == NEVER or test(profile, at) is not truth:
                break
        return at

    return flip


def _follows(leaf: Operand | InSegment | Has) -> list[Outcome]:
    match leaf:
        case ReachedOf(name) | TookOf(name):
            return [("milestone", name)]
        case StageOf():
            return [("ladder", "")]
        case InSegment(name):
            return [("segment", name)]
        case _:
            return []
