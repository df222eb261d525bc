"""What the operands of conditions are: of a person (signals, traits, milestones, stage), and in `where:` of an event.

Each operand becomes a closure once, when a program is compiled; `conditions` builds tests out of them.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, assert_never

from waypost.engine.clocks import since_change, since_signup
from waypost.engine.conditions import COMPARE, Read, Test, scalar_of
from waypost.engine.gauges import Gauge, Key, Measured
from waypost.engine.profiles import Profile
from waypost.engine.properties import INTERVAL, NUMBER, RANK, STRING, Scalar, inner, is_missing, reading, scalar
from waypost.engine.quotients import Quotient
from waypost.model.conditions import (
    Age,
    AnswerOf,
    EventName,
    EventSource,
    Literal,
    Op,
    Operand,
    Path,
    PropertyOf,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
)
from waypost.model.events import Event
from waypost.model.time import Duration, Instant
from waypost.model.tracking import PlannedEvent
from waypost.model.values import Json, Value, millionths

_BOOLEANS: Final[tuple[Scalar, Scalar]] = ((0, False), (0, True))


class PersonOperands:
    """The operands of conditions on a person; the maps say at which position of a profile each name is kept."""

    def __init__(
        self,
        gauges: Mapping[str, Gauge],
        milestones: Iterable[str],
        stages: Iterable[str],
        traits_since: Sequence[Path],
    ) -> None:
        self.gauges = gauges
        self.traits_since = traits_since
        self.segments: dict[str, int] = {}
        """The bit of each segment in `Profile.truths`; filled in when the rules are made."""
        self._milestones = {name: place for place, name in enumerate(milestones)}
        self._stages = tuple(stages)

    def gauge(self, operand: Operand) -> Gauge | None:
        """The gauge of an operand that has one."""
        match operand:
            case SignalOf(name):
                return self.gauges[name]
            case Age():
                return since_signup()
            case SinceTrait(path):
                if path not in self.traits_since:
                    raise ValueError(f"since_trait of {'.'.join(path)!r} is asked nowhere in this definition set")
                return since_change(self.traits_since.index(path))
            case _:
                return None

    def read(self, operand: Operand) -> Read[Profile]:
        """What reads an operand."""
        gauge = self.gauge(operand)
        if gauge is not None:
            return gauge.scalar
        match operand:
            case TraitOf(path):
                find = _trait(path)
                return lambda profile, at: scalar(find(profile))
            case ReachedOf(name):
                place = self._milestones[name]
                return lambda profile, at: _BOOLEANS[profile.reached[place] is not None]
            case TookOf(name):
                return _took(self._milestones[name])
            case StageOf():
                stages: list[Scalar] = [(STRING, name) for name in self._stages]
                return lambda profile, at: stages[profile.stage] if profile.stage >= 0 else None
            case Literal():
                constant = scalar_of(operand)
                return lambda profile, at: constant
            case AnswerOf():
                # Answers are known where the survey is shown, never in a person's log of conditions: NULL here.
                return lambda profile, at: None
            case SignalOf() | Age() | SinceTrait() | PropertyOf() | EventName() | EventSource():
                raise ValueError(f"{operand} cannot be read of a person")
            case _:
                assert_never(operand)

    def missing(self, operand: Operand) -> Callable[[Profile, Instant], bool]:
        """What says whether an operand IS NULL: of a trait, not where it is a list or an object."""
        if isinstance(operand, TraitOf):
            find = _trait(operand.path)
            return lambda profile, at: is_missing(find(profile))
        read = self.read(operand)
        return lambda profile, at: read(profile, at) is None

    def against(self, operand: Operand, literal: Literal) -> tuple[Read[Profile], Scalar]:
        """What reads an operand for comparison with a literal; a quotient is compared by its exact key."""
        gauge = self.gauge(operand)
        if isinstance(gauge, Quotient):
            key, place = gauge.key, gauge.cut(literal.value)[0]

            def exact(profile: Profile, at: Instant) -> Scalar | None:
                value = key(profile, at)
                return None if value is None else (NUMBER, value)

            return exact, (NUMBER, place)
        return self.read(operand), scalar_of(literal)

    def comparing(self, op: Op, operand: Operand, literal: Literal) -> Test[Profile] | None:
        """A quicker test for the most frequent comparisons, those of a count or a trait with a literal."""
        gauge, rank = self.gauge(operand), RANK[literal.type]
        if isinstance(gauge, Measured) and gauge.rank == rank:
            return _by_cuts(op, gauge.slot, gauge.span, *gauge.cut(literal.value))
        if isinstance(operand, TraitOf) and len(operand.path) == 1 and rank in (STRING, NUMBER):
            return _of_trait(COMPARE[op], operand.path[0], literal.value, rank)
        return None

    def has(self, path: Path, literal: Literal) -> Test[Profile]:
        """Whether the trait is a list that contains the literal."""
        find, wanted = _trait(path), scalar_of(literal)

        def has(profile: Profile, at: Instant) -> bool | None:
            value = find(profile)
            return isinstance(value, list | tuple) and any(scalar(item) == wanted for item in value)

        return has

    def in_segment(self, name: str) -> Test[Profile]:
        """Whether the person was in the segment when it was last evaluated."""
        place = self.segments[name]
        return lambda profile, at: bool(profile.truths >> place & 1)


class EventOperands:
    """The operands of `where:` for events of one canonical name (None: any name that the plan does not have)."""

    def __init__(self, planned: PlannedEvent | None, name: str | None) -> None:
        self._planned = planned
        self._name = name

    def read(self, operand: Operand) -> Read[Event]:
        """What reads an operand."""
        match operand:
            case PropertyOf(path):
                find = reading(self._planned, path).scalar
                return lambda event, at: find(event.properties)
            case EventName() if self._name is None:
                return lambda event, at: (STRING, event.name)
            case EventName():
                name: Scalar = (STRING, self._name or "")
                return lambda event, at: name
            case EventSource():
                return lambda event, at: (STRING, event.source)
            case Literal():
                constant = scalar_of(operand)
                return lambda event, at: constant
            case SignalOf() | TraitOf() | SinceTrait() | ReachedOf() | TookOf() | StageOf() | Age() | AnswerOf():
                raise ValueError(f"{operand} stands in a where:, which looks at one event only")
            case _:
                assert_never(operand)

    def missing(self, operand: Operand) -> Callable[[Event, Instant], bool]:
        """What says whether an operand IS NULL: a property also where it breaks its declared type."""
        if isinstance(operand, PropertyOf):
            find = reading(self._planned, operand.path).missing
            return lambda event, at: find(event.properties)
        read = self.read(operand)
        return lambda event, at: read(event, at) is None

    def against(self, operand: Operand, literal: Literal) -> tuple[Read[Event], Scalar]:
        """What reads an operand for comparison with a literal."""
        return self.read(operand), scalar_of(literal)

    def comparing(self, op: Op, operand: Operand, literal: Literal) -> Test[Event] | None:
        """Nothing is quicker than to read it."""
        return None

    def has(self, path: Path, literal: Literal) -> Test[Event]:
        """Never: it asks for a trait."""
        raise ValueError("has() stands in a where:, which looks at one event only")

    def in_segment(self, name: str) -> Test[Event]:
        """Never: it asks for a person."""
        raise ValueError("in_segment() stands in a where:, which looks at one event only")


_CUT: Final[Mapping[Op, tuple[Callable[[Key, Key], bool], int]]] = {
    Op.GE: (operator.ge, 0),
    Op.GT: (operator.ge, 1),
    Op.LT: (operator.lt, 0),
    Op.LE: (operator.lt, 1),
}
"""How a key compares with one of a literal's two cuts, the least that is not less and the least that is greater."""


def _by_cuts(op: Op, slot: int, span: Duration, low: Key, high: Key) -> Test[Profile]:
    if op in _CUT:
        compare, which = _CUT[op]
        cut = (low, high)[which]

        def beside(profile: Profile, at: Instant) -> bool | None:
            key = profile.slots[slot].measure(at, span)
            return None if key is None else compare(key, cut)

        return beside
    wanted = op is Op.EQ
    first, end = int(low), int(high)

    def between(profile: Profile, at: Instant) -> bool | None:
        key = profile.slots[slot].measure(at, span)
        return None if key is None else (first <= key < end) is wanted

    return between


def _of_trait(compare: Callable[[Value, Value], bool], name: str, wanted: Value, rank: int) -> Test[Profile]:
    if rank == STRING:

        def is_text(profile: Profile, at: Instant) -> bool | None:
            value = profile.traits.get(name)
            return compare(value, wanted) if isinstance(value, str) else None

        return is_text

    def is_number(profile: Profile, at: Instant) -> bool | None:
        number = millionths(profile.traits.get(name))
        return None if number is None else compare(number, wanted)

    return is_number


def _trait(path: Path) -> Callable[[Profile], Json]:
    head, rest = path[0], path[1:]
    if not rest:
        return lambda profile: profile.traits.get(head)
    return lambda profile: inner(profile.traits.get(head), rest)


def _took(place: int) -> Read[Profile]:
    def took(profile: Profile, at: Instant) -> Scalar | None:
        reached = profile.reached[place]
        return None if reached is None or profile.signup is None else (INTERVAL, reached - profile.signup)

    return took
