"""Every kind of signal as what it remembers (slots) and how it is read (a gauge).

Signals that remember the same share a slot. What a kind means is semantics.md 12–16; how a slot counts is told in
`tallies`, `windows`, `sequences` and `peaks`.
"""

from collections.abc import Sequence as List
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias, assert_never

from waypost.engine.accumulators import NEVER, Accumulator
from waypost.engine.clocks import since_last
from waypost.engine.gauges import FromSignup, Gauge, Held, Measured
from waypost.engine.peaks import PeakCount, PeakDistinct
from waypost.engine.properties import INSTANT, INTERVAL, NUMBER, RANK, from_product
from waypost.engine.quotients import Quotient
from waypost.engine.sequences import AIM, START, After, RollingAfter, RollingSteps, Steps
from waypost.engine.tallies import (
    DayTally,
    DistinctItems,
    FirstInstant,
    Greatest,
    LastInstant,
    LatestItem,
    Least,
    Tally,
    Total,
)
from waypost.engine.windows import (
    Rolling,
    RollingDistinct,
    RollingFirst,
    RollingGreatest,
    RollingLast,
    RollingLatest,
    RollingLeast,
    RollingTotal,
)
from waypost.model.conditions import Condition, Path
from waypost.model.signals import (
    Avg,
    Between,
    Count,
    Days,
    Distinct,
    Field,
    First,
    InFirst,
    Kind,
    Last,
    Latest,
    Max,
    Min,
    Numeric,
    Peak,
    Ratio,
    Select,
    Sequence,
    Signal,
    Since,
    Sum,
    TimeTo,
    Window,
    Within,
)
from waypost.model.time import Duration
from waypost.model.values import MILLION, Type

What: TypeAlias = OneOf["mark", "day", "scalar", "number", "bit"]


@dataclass(frozen=True, slots=True)
class Take:
    """Which events a slot takes, and what it takes of each: the instant, the local day, a property, or a bit.

    `always` takes them also outside of the slot's onboarding window.
    """

    select: Select
    what: What
    path: Path = ()
    bit: int = 0
    always: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One accumulator of every profile. `onboarding` are the ends of a window that counts from signup."""

    kind: type[Accumulator]
    takes: tuple[Take, ...]
    span: Duration = 0
    onboarding: tuple[Duration, Duration] | None = None
    shares: tuple[int, ...] = ()

    def make(self) -> Accumulator:
        """The accumulator of somebody who has done nothing yet."""
        if self.kind is Steps:
            return Steps(list(self.shares))
        if self.kind is RollingSteps:
            return RollingSteps(list(self.shares), [[] for _ in self.shares])
        return self.kind()


class Slots:
    """The slots of a program, each once."""

    def __init__(self) -> None:
        self._places: dict[Slot, int] = {}

    def place(self, slot: Slot) -> int:
        """The position of a slot, made if it is new."""
        return self._places.setdefault(slot, len(self._places))

    @property
    def all(self) -> tuple[Slot, ...]:
        """Every slot, in order."""
        return tuple(self._places)


def gauge(signal: Signal, slots: Slots) -> Gauge:
    """How a signal is read; what it needs to remember is added to the slots."""
    return _gauge(signal.kind, signal.type, slots)


def _gauge(kind: Kind, type_: Type, slots: Slots) -> Gauge:
    match kind:
        case Count() | Days() | Distinct() | Sum() | Sequence() | Peak():
            return _measured(kind, slots)
        case Min():
            return _held(RollingLeast, Least, kind, type_, slots)
        case Max():
            return _held(RollingGreatest, Greatest, kind, type_, slots)
        case Latest():
            return _held(RollingLatest, LatestItem, kind, type_, slots)
        case Avg(fields, where, window):
            number = _fields("number", fields, where)
            total = _over(RollingTotal, Total, number, window, slots, scale=1)
            return Quotient(total, _over(Rolling, Tally, number, window, slots, falling=True))
        case Ratio(numerator, denominator):
            return Quotient(_measured(numerator, slots), _measured(denominator, slots))
        case First(select, window):
            return _over(RollingFirst, FirstInstant, (Take(select, "mark"),), window, slots, scale=1, rank=INSTANT)
        case Last(select, window):
            return _over(RollingLast, LastInstant, (Take(select, "mark"),), window, slots, scale=1, rank=INSTANT)
        case Since(select, window):
            span, onboarding = _window(window)
            return since_last(slots.place(Slot(LastInstant, (Take(select, "mark"),), 0, onboarding)), span)
        case TimeTo(select, None, window):
            return _from_signup(select, window, slots)
        case TimeTo(select, start, window):
            takes = (Take(start or select, "bit", bit=START, always=True), Take(select, "bit", bit=AIM))
            return _over(RollingAfter, After, takes, window, slots, scale=1, rank=INTERVAL)
        case _:
            assert_never(kind)


def _measured(kind: Numeric, slots: Slots) -> Measured:
    match kind:
        case Count(select, window):
            return _over(Rolling, Tally, (Take(select, "mark"),), window, slots, falling=True)
        case Days(select, window):
            return _over(RollingDistinct, DayTally, (Take(select, "day"),), window, slots, falling=True)
        case Distinct(fields, where, window):
            takes = _fields("scalar", fields, where)
            return _over(RollingDistinct, DistinctItems, takes, window, slots, falling=True)
        case Sum(fields, where, window):
            return _over(RollingTotal, Total, _fields("number", fields, where), window, slots, scale=1)
        case Min(fields, where, window):
            return _over(RollingLeast, Least, _fields("scalar", fields, where), window, slots, scale=1)
        case Max(fields, where, window):
            return _over(RollingGreatest, Greatest, _fields("scalar", fields, where), window, slots, scale=1)
        case Sequence(steps, window):
            span, onboarding = _window(window)
            takes = tuple(Take(step, "bit", bit=1 << place) for place, step in enumerate(steps))
            slot = Slot(RollingSteps if span else Steps, takes, span, onboarding, _shares(steps))
            return Measured(slots.place(slot), span, MILLION, NUMBER, timed=span > 0, falling=True)
        case Peak(of, over):
            mark = Slot(PeakCount, (Take(of.select, "mark"),), over)
            slot = mark if isinstance(of, Count) else Slot(PeakDistinct, (Take(of.select, "day"),), over)
            return Measured(slots.place(slot), over, MILLION, NUMBER, falling=True)
        case _:
            assert_never(kind)


def _window(window: Window) -> tuple[Duration, tuple[Duration, Duration] | None]:
    """The length of a rolling window, or 0; and the ends of one that counts from signup, or None."""
    match window:
        case None:
            return 0, None
        case Within(duration):
            return duration, None
        case InFirst(duration):
            return 0, (0, duration)
        case Between(start, end):
            return 0, (start, end)
        case _:
            assert_never(window)


def _over(
    rolling: type[Accumulator],
    ever: type[Accumulator],
    takes: tuple[Take, ...],
    window: Window,
    slots: Slots,
    *,
    scale: int = MILLION,
    rank: int = NUMBER,
    falling: bool = False,
) -> Measured:
    span, onboarding = _window(window)
    slot = slots.place(Slot(rolling if span else ever, takes, span, onboarding))
    return Measured(slot, span, scale, rank, timed=span > 0, falling=falling)


def _held(
    rolling: type[Accumulator], ever: type[Accumulator], kind: Min | Max | Latest, type_: Type, slots: Slots
) -> Held:
    measured = _over(rolling, ever, _fields("scalar", kind.fields, kind.where), kind.window, slots)
    return Held(measured.slot, measured.span, None if type_ is Type.ANY else RANK[type_], measured.timed)


def _from_signup(select: Select, window: Window, slots: Slots) -> FromSignup:
    """`time_to` without a start: only events from signup on count, whatever else the window says."""
    span, onboarding = _window(window)
    low, high = onboarding or (0, NEVER)
    slot = Slot(RollingFirst if span else FirstInstant, (Take(select, "mark"),), span, (max(low, 0), high))
    return FromSignup(Measured(slots.place(slot), span, 1, INSTANT, timed=span > 0))


def _fields(what: What, fields: tuple[Field, ...], where: Condition | None) -> tuple[Take, ...]:
    return tuple(Take(Select((field.event,), where), what, field.path) for field in fields)


def _shares(steps: List[Select]) -> tuple[int, ...]:
    """For each step a bit for every earlier one that an event of the same name may also take."""
    return tuple(
        sum(1 << earlier for earlier in range(place) if _share(steps[earlier], step))
        for place, step in enumerate(steps)
    )


def _share(one: Select, other: Select) -> bool:
    if one.is_any and other.is_any:
        return True
    if one.is_any or other.is_any:
        names = other.names if one.is_any else one.names
        return any(from_product("track", name) for name in names)
    return not set(one.names).isdisjoint(other.names)
