"""Atoms: the comparisons of a definition set, their two bits, and the readers that set those bits.

All comparisons of one signal with literals are one reader: its value is looked up among the cuts that the literals
make, and the band it lies in has all their bits. Any other comparison has a reader of its own.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from waypost.engine.accumulators import NEVER, PATIENCE
from waypost.engine.conditions import COMPARE, TURNED, compile_condition
from waypost.engine.formulas import Atom, Flip
from waypost.engine.gauges import Clock, FromSignup, Gauge, Held, Key, Measured, SinceChange, SinceLast, SinceSignup
from waypost.engine.operands import PersonOperands
from waypost.engine.profiles import Profile
from waypost.engine.properties import RANK
from waypost.model.conditions import (
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
    """What sets some bits of a profile, and what they depend on. `flip` is None where they do not move with time."""

    mask: int
    read: Callable[[Profile, Instant], int]
    flip: Flip | None
    restless: bool
    slots: frozenset[int]
    signup: bool
    traits: bool
    follows: frozenset[Outcome]


@dataclass(frozen=True, slots=True)
class _Banded:
    """An atom that is decided by where the key of one gauge lies."""

    operand: Operand
    gauge: Gauge
    cuts: tuple[Key, ...]
    judge: Callable[[Key | None], bool | None]


class Atoms:
    """Every atom of a definition set, once, with its bits; `readers` are made when all are known."""

    def __init__(self, source: PersonOperands) -> None:
        self._source = source
        self._places: dict[Atom, int] = {}
        self._banded: dict[Atom, _Banded] = {}
        self._flips: dict[int, Flip | None] = {}

    def bits_of(self, atom: Atom) -> tuple[int, int]:
        """The bit for TRUE and the bit for FALSE."""
        place = self._places.get(atom)
        if place is None:
            place = self._places[atom] = len(self._places)
            banded = _banded(atom, self._source)
            if banded is not None:
                self._banded[atom] = banded
            flip = _leaving(banded.gauge, banded.cuts) if banded else _changing(atom, self._source)
            self._flips[1 << 2 * place] = self._flips[2 << 2 * place] = flip
        return 1 << 2 * place, 2 << 2 * place

    def flip_of(self, bit: int) -> Flip | None:
        """What says when a bit may change by time alone."""
        return self._flips[bit]

    def readers(self) -> tuple[Reader, ...]:
        """What sets the bits of all atoms asked for so far."""
        lines: dict[tuple[Operand, int | None], list[tuple[Atom, _Banded]]] = {}
        readers: list[Reader] = []
        for atom in self._places:
            banded = self._banded.get(atom)
            if banded is None:
                readers.append(self._single(atom))
            else:
                lines.setdefault((banded.operand, banded.gauge.rank), []).append((atom, banded))
        return (*(self._line(group) for group in lines.values()), *readers)

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
            any(isinstance(leaf, TraitOf | Has) for leaf in leaves),
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
            _look_up(gauge, cuts, table, null),
            _leaving(gauge, tuple(cuts)),
            gauge.timed and (gauge.restless or twins),
            frozenset(gauge.slots),
            isinstance(gauge, SinceSignup | FromSignup),
            isinstance(gauge, SinceChange),
            frozenset(),
        )


def _look_up(gauge: Gauge, cuts: list[Key], table: list[int], null: int) -> Callable[[Profile, Instant], int]:
    """The bits of the band that the key lies in. The most frequent gauges are read without a detour."""
    if isinstance(gauge, Measured):
        place, span = gauge.slot, gauge.span

        def measured(profile: Profile, at: Instant) -> int:
            key = profile.slots[place].measure(at, span)
            return null if key is None else table[bisect_right(cuts, key)]

        return measured
    if isinstance(gauge, SinceLast) and not gauge.span:
        slot = gauge.slot

        def since(profile: Profile, at: Instant) -> int:
            start = profile.slots[slot].measure(at, 0)
            return null if start is None else table[bisect_right(cuts, at - start)]

        return since

    def any_gauge(profile: Profile, at: Instant) -> int:
        key = gauge.key(profile, at)
        return null if key is None else table[bisect_right(cuts, key)]

    return any_gauge


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

    return _Banded(operand, gauge, tuple(cut for pair in pairs for cut in list(pair)[looked_at]), decide)


def _leaving(gauge: Gauge, cuts: tuple[Key, ...]) -> Flip | None:
    cuts = tuple(sorted(set(cuts)))
    return (lambda profile, at: gauge.leaves(profile, at, cuts)) if gauge.timed else None


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
