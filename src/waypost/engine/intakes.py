"""Intakes: what an event of one name does to a profile's slots.

They are compiled once per canonical name, so that one look-up by the name as sent finds which slots the event goes to,
its filters (`where:`, the onboarding windows) and the properties that are read from it.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from waypost.engine.conditions import Test, compile_condition
from waypost.engine.gauges import Bits, Flip
from waypost.engine.operands import EventOperands
from waypost.engine.profiles import Profile
from waypost.engine.properties import KIND_NAMES, NUMBER, STRING, Scalar, from_product, reading
from waypost.engine.readers import Reader
from waypost.engine.signals import Slot, Take
from waypost.model.conditions import Path
from waypost.model.events import Event
from waypost.model.signals import Select
from waypost.model.time import DAY, Duration, Instant, Offsets
from waypost.model.tracking import PlannedEvent

Feed = Callable[[Profile, Event], None]
"""Gives one event to one slot."""

Anxious = tuple[int, Flip, int, Test[Profile] | None]
"""A reader's position among those that move with time, what finds its next change, its bits, and when it is calm."""

USER_ID: Path = ("user_id",)
"""The path that means the resolved person."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of events that the program treats alike: `name` is canonical, None for all that no definition names."""

    kind: str
    name: str | None
    planned: PlannedEvent | None = field(default=None, compare=False)  # the name says it already
    own: bool = False

    def taken_by(self, select: Select) -> bool:
        """Whether a selection takes events of this sort, if its `where:` holds."""
        if select.is_any:
            return not self.own if self.name is None else from_product(self.kind, self.name)
        return self.name in select.names and (self.kind == "track") is (self.name not in KIND_NAMES)


@dataclass(frozen=True, slots=True)
class Intake:
    """What an event of one sort does: the slots it only marks (with their spans), feeds for others, and what is read.

    `reads` are the readers that may say something else after it, `sets` the bits of those whose answer is known, `keep`
    the bits that all these leave alone, and `loose` those whose next change by time it may move. `anxious` are readers
    whose next change it can bring nearer. It may be the `signup`; `own` events tell what became of Waypost's own doing,
    `traits` are an identify's. `rare` ones do more than signals.
    """

    marks: tuple[tuple[int, Duration], ...] = ()
    feeds: tuple[Feed, ...] = ()
    reads: tuple[Bits, ...] = ()
    sets: int = 0
    keep: int = -1
    loose: int = 0
    anxious: tuple[Anxious, ...] = ()
    signup: bool = False
    own: bool = False
    traits: bool = False
    rare: bool = False


def intake(sort: Sort, slots: Sequence[Slot], readers: Sequence[Reader], zone: Offsets, signup: Select) -> Intake:
    """What events of a sort do."""
    marks: list[tuple[int, Duration]] = []
    feeds: list[Feed] = []
    touched: set[int] = set()
    for place, slot in enumerate(slots):
        takes = [take for take in slot.takes if sort.taken_by(take.select)]
        if not takes:
            continue
        touched.add(place)
        if takes[0].what == "bit":
            feeds.append(_bits(place, slot, [(take, _test(take, sort)) for take in takes]))
        elif [take.what for take in takes] == ["mark"] and takes[0].select.where is None and slot.onboarding is None:
            marks.append((place, slot.span))
        else:
            feeds.extend(_feed(place, slot, take, sort, zone) for take in takes)
    marked = {place for place, _ in marks}
    known = [reader for reader in readers if reader.fresh is not None and reader.slots & marked]
    read = [reader for reader in readers if reader.slots & touched]
    again = reading_again(read, readers)
    return replace(
        again,
        marks=tuple(marks),
        feeds=tuple(feeds),
        reads=tuple(reader.read for reader in read if reader not in known),
        sets=sum(reader.fresh or 0 for reader in known),
        signup=sort.taken_by(signup),
        own=sort.own,
        rare=sort.own,
    )


def reading_again(read: Sequence[Reader], readers: Sequence[Reader]) -> Intake:
    """An intake that only has some readers read again."""
    movers = [(reader, reader.flip) for reader in readers if reader.flip is not None]
    return Intake(
        reads=tuple(reader.read for reader in read),
        keep=~sum(reader.mask for reader in read),
        loose=sum(reader.mask for reader in read if reader.flip is not None and not reader.restless),
        anxious=tuple(
            (place, flip, reader.mask, reader.calm)
            for place, (reader, flip) in enumerate(movers)
            if reader.restless and reader in read
        ),
    )


def _days(place: int, span: Duration, zone: Offsets) -> Feed:
    """What gives a slot the local day of an event."""
    if len(zone.starts) > 1:
        day = _day_of(zone)
        return lambda profile, event: profile.slots[place].take(event.at, (NUMBER, day(event.at)), span)
    shift = zone.shifts[0]
    return lambda profile, event: profile.slots[place].take(event.at, (NUMBER, (event.at + shift) // DAY), span)


def _day_of(zone: Offsets) -> Callable[[Instant], int]:
    """`zone.day`, quick for instants between the same two changes of the clock as the one before."""
    low, high, shift = 1, 0, 0

    def day(at: Instant) -> int:
        nonlocal low, high, shift
        if not low <= at < high:
            index = max(bisect_right(zone.starts, at) - 1, 0)
            low = zone.starts[index]
            high = zone.starts[index + 1] if index + 1 < len(zone.starts) else 2**63
            shift = zone.shifts[index]
        return (at + shift) // DAY

    return day


def _test(take: Take, sort: Sort) -> Test[Event] | None:
    where = take.select.where
    return None if where is None else compile_condition(where, EventOperands(sort.planned, sort.name))


def _feed(place: int, slot: Slot, take: Take, sort: Sort, zone: Offsets) -> Feed:
    put, test = _put(place, slot.span, take, sort, zone), _test(take, sort)
    if test is None and slot.onboarding is None:
        return put
    low, high = slot.onboarding or (0, 0)
    windowed = slot.onboarding is not None

    def feed(profile: Profile, event: Event) -> None:
        if windowed:
            signup = profile.signup
            if signup is None or not low <= event.at - signup < high:
                return
        if test is None or test(event, event.at) is True:
            put(profile, event)

    return feed


def _put(place: int, span: Duration, take: Take, sort: Sort, zone: Offsets) -> Feed:
    """What gives a slot the instant, the day or the property of an event that it takes."""
    if take.what == "mark":
        return lambda profile, event: profile.slots[place].mark(event.at, span)
    if take.what == "day":
        return _days(place, span, zone)
    if take.path == USER_ID:
        return lambda profile, event: profile.slots[place].take(event.at, (STRING, profile.person), span)
    read = reading(sort.planned, take.path).scalar
    numbers = take.what == "number"

    def put(profile: Profile, event: Event) -> None:
        item = read(event.properties)
        if item is not None and (not numbers or item[0] == NUMBER):
            profile.slots[place].take(event.at, item, span)

    return put


def _bits(place: int, slot: Slot, takes: Sequence[tuple[Take, Test[Event] | None]]) -> Feed:
    """For slots that ask which of several selections take an event, all of them at once."""
    span, (low, high) = slot.span, slot.onboarding or (0, 0)
    windowed = slot.onboarding is not None
    choices = [(take.bit, test, windowed and not take.always) for take, test in takes]

    def feed(profile: Profile, event: Event) -> None:
        signup = profile.signup
        outside = windowed and (signup is None or not low <= event.at - signup < high)
        bits = 0
        for bit, test, bound in choices:
            if not (bound and outside) and (test is None or test(event, event.at) is True):
                bits |= bit
        if bits:
            item: Scalar = (NUMBER, bits)
            profile.slots[place].take(event.at, item, span)

    return feed
