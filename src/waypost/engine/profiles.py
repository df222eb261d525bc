"""The profile: what the fold of one person's log has come to, and its stored form.

A profile is a cache of the log and can be dropped at any time. Besides what signals remember it holds what is true as
of the last evaluation, and when that can next change by time alone. `load(dump(p))` goes on exactly as `p` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import msgspec

from waypost.engine.accumulators import NEVER, Accumulator
from waypost.engine.history import History
from waypost.engine.peaks import PeakCount, PeakDistinct
from waypost.engine.sequences import After, RollingAfter, RollingSteps, Steps
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
from waypost.model.people import PersonId, Watch
from waypost.model.time import Instant
from waypost.model.values import Json

BEFORE: Final[Instant] = -(2**62)
"""Earlier than every instant."""

_Slot: TypeAlias = (
    Tally
    | FirstInstant
    | LastInstant
    | DayTally
    | DistinctItems
    | Total
    | Greatest
    | Least
    | LatestItem
    | Rolling
    | RollingFirst
    | RollingLast
    | RollingDistinct
    | RollingTotal
    | RollingGreatest
    | RollingLeast
    | RollingLatest
    | Steps
    | RollingSteps
    | After
    | RollingAfter
    | PeakCount
    | PeakDistinct
)


class Spells(dict[str, Watch]):
    """The spells of watched conditions by name; one that was never TRUE has an empty `Watch`."""

    def __missing__(self, name: str) -> Watch:
        return Watch()


class Layout(Protocol):
    """What a program tells about the profiles it folds."""

    @property
    def hash(self) -> str:
        """The content hash of its definition set."""

    @property
    def watched(self) -> Sequence[str]:
        """The names of the watched conditions, in order."""

    @property
    def movers(self) -> Sequence[object]:
        """Its readers that move with time."""

    @property
    def waiting(self) -> Sequence[object]:
        """Its rules that can change by time alone."""


@dataclass(slots=True)
class Profile:
    """One person as folded so far; positions in its lists are the program's.

    Attributes:
        layout: The program that folds it.
        person: Whose it is.
        slots: What each accumulator of the program remembers.
        at: The instant of the latest event that was folded.
        seen: The latest instant that was evaluated: `at`, or a later one at which something changed by time alone.
            Only events after it continue the fold.
        signup: When onboarding began, or None.
        traits: The traits' JSON values.
        trait_since: Since when each trait that a definition asks for has had its value.
        reached: When each milestone was reached, or None.
        stage: The position of the rung they are on.
        truths: A bit for each rule that holds: segments and watched conditions.
        bits: The truth of every atom (see `formulas`) as of `seen`.
        watch: The spells of each watched condition that was ever TRUE; of any other an empty `Watch`.
        history: What Waypost offered and sent, and what came back.
        due: No bit changes before it by time alone.
        flips: For each reader that moves with time, an instant before which it gives the same bits.
        wakes: For each rule that can change by time alone, an instant before which it does not.
        loose: Bits whose events may have moved those instants since they were worked out.
    """

    layout: Layout = field(compare=False, repr=False)
    person: PersonId
    slots: list[Accumulator]
    at: Instant
    seen: Instant = field(compare=False)
    signup: Instant | None
    traits: dict[str, Json]
    trait_since: list[Instant | None]
    reached: list[Instant | None]
    stage: int
    truths: int
    bits: int = field(compare=False)
    watch: "Spells"
    history: History
    due: Instant = field(compare=False)
    flips: list[Instant] = field(compare=False)
    wakes: list[Instant] = field(compare=False)
    loose: int = field(compare=False)

    def branch(self) -> "Profile":
        """A copy that can be moved on in time while this one stays; what only events change is shared."""
        return Profile(
            self.layout,
            self.person,
            self.slots,
            self.at,
            self.seen,
            self.signup,
            self.traits,
            self.trait_since,
            self.reached.copy(),
            self.stage,
            self.truths,
            self.bits,
            Spells({name: Watch(one.since, one.first, one.ended) for name, one in self.watch.items()}),
            self.history,
            self.due,
            self.flips.copy(),
            self.wakes.copy(),
            self.loose,
        )


class _Stored(msgspec.Struct, array_like=True, gc=False):
    """A profile as bytes: positions instead of names, and sets of bits as bytes, since they may outgrow 64 bits."""

    form: int
    definitions: str
    person: str
    at: int
    seen: int
    signup: int | None
    due: int
    stage: int
    truths: bytes
    bits: bytes
    loose: bytes
    reached: list[int | None]
    trait_since: list[int | None]
    wakes: dict[int, int]
    watch: dict[int, tuple[int | None, int | None, int | None]]
    traits: bytes
    slots: list[_Slot]
    history: History


_FORM: Final = 1
"""To be raised when the stored form, or what a kind of accumulator keeps, changes its meaning."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(_Stored)


def dump(profile: Profile) -> bytes:
    """The profile as bytes, for `load` under the same definition set."""
    places = {name: place for place, name in enumerate(profile.layout.watched)} if profile.watch else {}
    return _encoder.encode(
        (
            _FORM,
            _short(profile.layout.hash),
            profile.person,
            profile.at,
            profile.seen,
            profile.signup,
            min(profile.due, NEVER),
            profile.stage,
            _packed(profile.truths),
            _packed(profile.bits),
            _packed(profile.loose),
            profile.reached,
            profile.trait_since,
            {place: instant for place, instant in enumerate(profile.wakes) if instant < NEVER},
            {places[name]: (one.since, one.first, one.ended) for name, one in profile.watch.items()},
            # JSON, since a trait's number may be of any size.
            msgspec.json.encode(profile.traits) if profile.traits else b"",
            profile.slots,
            profile.history,
        )
    )


def load(layout: Layout, data: bytes) -> Profile | None:
    """The profile that `dump` wrote; None where another definition set or an older release wrote it: fold again."""
    try:
        stored = _decoder.decode(data)
    except msgspec.DecodeError:
        return None
    if stored.form != _FORM or stored.definitions != _short(layout.hash):
        return None
    traits: dict[str, Json] = msgspec.json.decode(stored.traits) if stored.traits else {}
    watched = layout.watched
    slots: list[Accumulator] = list(stored.slots)
    return Profile(
        layout,
        PersonId(stored.person),
        slots,
        stored.at,
        stored.seen,
        stored.signup,
        traits,
        stored.trait_since,
        stored.reached,
        stored.stage,
        int.from_bytes(stored.truths, "little"),
        int.from_bytes(stored.bits, "little"),
        Spells({watched[place]: Watch(*spells) for place, spells in stored.watch.items()}),
        stored.history,
        stored.due,
        [stored.due] * len(layout.movers),
        [stored.wakes.get(place, NEVER) for place in range(len(layout.waiting))],
        int.from_bytes(stored.loose, "little"),
    )


def _packed(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def _short(hash_: str) -> str:
    return hash_[-16:]
