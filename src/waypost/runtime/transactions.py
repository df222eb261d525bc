"""What one transaction does: everything that waits, in one go, and what follows from success or failure.

`commits` calls `transact` with whatever waits. All events of a group walk through the corridor together; questions come
after them, in their order. If the store does not keep the transaction, everything that it changed in memory is
forgotten, so that the next one starts from what is on disk.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from waypost.model.events import Event
from waypost.model.people import Id
from waypost.model.time import Instant
from waypost.runtime.advance import advance
from waypost.runtime.bundle import Runtime
from waypost.runtime.commits import Work
from waypost.runtime.definitions import live_again
from waypost.runtime.profiles import ROWS
from waypost.runtime.stores import definitions as facts
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.timers import REACH

T = TypeVar("T")

UNWRITTEN = 50_000
"""How many profiles may be newer than the store; beyond it, each transaction writes some."""

FOLDED = "folded_upto"
"""The fact of how far in the log the cached profiles and wake-ups are known to be written."""


class Arrival(Work[int]):
    """Events and unfit messages that arrived together. Its value is how many events were new."""

    __slots__ = ("events", "unfit")

    def __init__(self, events: Sequence[Event], unfit: Sequence[log.Quarantined] = ()) -> None:
        self.events = events
        self.unfit = unfit


class Question(Work[T], Generic[T]):
    """Something to be worked out between two batches, with the profiles at hand; it may append."""

    __slots__ = ("ask",)

    def __init__(self, ask: Callable[[Instant], T]) -> None:
        self.ask = ask


def transact(runtime: Runtime, group: Sequence[Work[Any]]) -> None:
    """Do all that waits in one transaction."""
    now = runtime.clock.now()
    try:
        with runtime.database.transaction():
            refresh(runtime, now)
            arrivals = [work for work in group if isinstance(work, Arrival)]
            if arrivals:
                _arrive(runtime, arrivals, now)
            for work in group:
                if isinstance(work, Question):
                    work.value = work.ask(now)
            if runtime.profiles.unwritten > UNWRITTEN:
                _write(runtime, ROWS)
    except BaseException:
        runtime.profiles.undo(now)
        runtime.identities.forget()
        runtime.last_seq = log.last(runtime.database)
        raise
    runtime.profiles.settle()
    runtime.profiles.trim()


def idle(runtime: Runtime) -> bool:
    """Use a pause to write some profiles; whether there are more."""
    if not runtime.profiles.unwritten:
        return False
    now = runtime.clock.now()
    try:
        with runtime.database.transaction():
            refresh(runtime, now)
            _write(runtime, ROWS)
    except BaseException:
        runtime.profiles.undo(now)
        raise
    runtime.profiles.settle()
    return runtime.profiles.unwritten > 0


def extend(runtime: Runtime, now: Instant) -> None:
    """Bring the wake-ups of the near future into memory, inside a transaction."""
    timers = runtime.timers
    if now + REACH // 2 <= timers.horizon:
        return
    horizon = now + REACH
    entries = store.due(runtime.database, timers.horizon, horizon)
    entries += runtime.profiles.wakes(timers.horizon, horizon)
    timers.extend(horizon, entries)


def recover(runtime: Runtime, now: Instant) -> None:
    """Have everybody looked at whose events are behind the last complete writing: their wake-ups may be lost."""
    upto = int(facts.fact(runtime.database, FOLDED) or 0)
    for owner, _ in log.owners_after(runtime.database, upto):
        runtime.timers.set(owner, now)


def refresh(runtime: Runtime, now: Instant) -> None:
    """Drop what another process may have made wrong, at the beginning of a transaction."""
    if not runtime.database.foreign_commits():
        return
    theirs = log.owners_after(runtime.database, runtime.last_seq)
    runtime.last_seq = log.last(runtime.database)
    live_again(runtime)
    if any(links for _, links in theirs):
        runtime.profiles.forget_all(now)
    else:
        people = store.names(runtime.database, [owner for owner, _ in theirs]).values()
        persons = (runtime.identities.person(Id(identity)) for identity in people)
        runtime.profiles.forget([person for person in persons if person is not None], now)
    runtime.identities.forget()
    for owner, _ in theirs:
        runtime.timers.set(owner, now)
    runtime.timers.extend(runtime.timers.horizon, store.due(runtime.database, -(2**62), runtime.timers.horizon))


def _arrive(runtime: Runtime, arrivals: Sequence[Arrival], now: Instant) -> None:
    events = arrivals[0].events if len(arrivals) == 1 else [event for work in arrivals for event in work.events]
    fresh = advance(runtime, events, (), now)
    for work in arrivals:
        if len(arrivals) == 1:
            work.value = len(fresh)
        else:
            mine = {event.message_id for event in work.events} & fresh
            fresh -= mine
            work.value = len(mine)
        if work.unfit:
            log.quarantine(runtime.database, work.unfit)


def _write(runtime: Runtime, rows: int) -> None:
    """Write some profiles; when all that was unwritten at some time is written, the log says up to where."""
    if runtime.written_mark is None:
        runtime.written_mark = (runtime.last_seq, runtime.profiles.unwritten)
    seq, left = runtime.written_mark
    left -= runtime.profiles.write(rows)
    if left > 0:
        runtime.written_mark = (seq, left)
        return
    runtime.written_mark = None
    if runtime.is_host:
        facts.say(runtime.database, FOLDED, str(seq))
