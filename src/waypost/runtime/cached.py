"""One person as `profiles` keeps them in memory: the profile, up to which event it stands, and when to look again."""

from collections.abc import Iterable
from dataclasses import dataclass

from waypost.engine.profiles import Profile
from waypost.model.events import Event
from waypost.model.time import Instant
from waypost.runtime.stores.register import NEVER


@dataclass(slots=True)
class Entry:
    """One person in memory. `number` is that of their id, `seq` the last event folded, `wake` when to look again.

    `future` is the instant of their first event that has not happened yet, `push` when to look again at a push step
    that was held back. What began before `muted` began by history that came late, and starts nothing. One that is
    `stale` lacks something, and goes on only until the log is folded again (`folding`).
    """

    number: int
    profile: Profile
    seq: int
    wake: Instant | None = None
    future: Instant | None = None
    push: Instant | None = None
    muted: Instant = -NEVER
    stale: bool = False


def muted_until(events: Iterable[Event]) -> Instant:
    """The instant at which the last of the events came that were imported, or came late."""
    return max((event.received_at for event in events if event.imported or event.late), default=-NEVER)
