"""What one transaction does: everything that waits, in one go, and what follows from success or failure.

`commits` calls `transact` with whatever waits. All events of a group walk through the corridor together; questions come
after them, in their order. If the store does not keep the transaction, everything that it changed in memory is
forgotten, so that the next one starts from what is on disk. What is written behind, `writing` does.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from waypost.model.events import Event
from waypost.model.people import PersonId
from waypost.model.time import Instant
from waypost.runtime import writing
from waypost.runtime.advance import advance
from waypost.runtime.bundle import Runtime
from waypost.runtime.commits import Work
from waypost.runtime.definitions import live_again
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store

T = TypeVar("T")


class Arrival(Work[int]):
    """Events and unfit messages that arrived together. Its value is how many events were new."""

    __slots__ = ("events", "unfit")

    def __init__(self, events: Sequence[Event], unfit: Sequence[log.Quarantined] = ()) -> None:
        self.events = events
        self.unfit = unfit

    @property
    def size(self) -> int:
        """Each event takes its time."""
        return len(self.events)


class Question(Work[T], Generic[T]):
    """Something to be worked out between two batches, with the profiles at hand; it may append."""

    __slots__ = ("ask",)

    def __init__(self, ask: Callable[[Instant], T]) -> None:
        self.ask = ask


class Asking(Question[T]):
    """A question that a page waits for."""

    __slots__ = ()
    hurried = True


def transact(runtime: Runtime, group: Sequence[Work[Any]]) -> None:
    """Do all that waits in one transaction."""
    now = runtime.clock.now()
    with transaction(runtime, now):
        arrivals = [work for work in group if isinstance(work, Arrival)]
        if arrivals:
            _arrive(runtime, arrivals, now)
        for work in group:
            if isinstance(work, Question):
                work.value = work.ask(now)
        for work in runtime.commits.late():
            if isinstance(work, Question):
                work.value = work.ask(runtime.clock.now())
        writing.write_some(runtime, runtime.profiles.changed)
    runtime.profiles.trim()
    runtime.database.tend()


def idle(runtime: Runtime) -> bool:
    """Use a pause to write some of what is written behind; whether there is more."""
    with transaction(runtime, runtime.clock.now()):
        return writing.write_behind(runtime)


@contextmanager
def transaction(runtime: Runtime, now: Instant) -> Iterator[None]:
    """One transaction on the store and on everything in memory that follows it."""
    sealed = False
    try:
        with runtime.database.transaction():
            _refresh(runtime, now)
            yield
            sealed = runtime.log.seal()
    except BaseException:
        runtime.log.undo()
        runtime.timers.undo()
        runtime.profiles.undo(now)
        runtime.views.forget()
        writing.undo(runtime)
        runtime.identities.forget()
        live_again(runtime)
        raise
    runtime.log.keep()
    if sealed:
        runtime.log.sealed()
    runtime.timers.settle()
    runtime.profiles.settle()
    writing.settle(runtime)


def _refresh(runtime: Runtime, now: Instant) -> None:
    """Drop what another process may have made wrong, at the beginning of a transaction."""
    if not runtime.database.foreign_commits():
        return
    owners = runtime.log.catch_up(runtime.log.last)
    live_again(runtime)
    if not owners:
        return
    if any(owners.values()):
        runtime.profiles.forget_all(now)
    else:
        runtime.profiles.forget(_people(runtime, list(owners)), now)
    runtime.identities.forget()
    for owner in owners:
        runtime.timers.set(owner, now)


def _people(runtime: Runtime, owners: Sequence[int]) -> Iterator[tuple[PersonId, int]]:
    for number, identity in store.names(runtime.database, owners).items():
        person = runtime.identities.person(identity)
        if person is not None:
            yield person, number


def _arrive(runtime: Runtime, arrivals: Sequence[Arrival], now: Instant) -> None:
    events = arrivals[0].events if len(arrivals) == 1 else [event for work in arrivals for event in work.events]
    fresh = advance(runtime, events, (), now)
    is_new = len(fresh) == len(events)
    for work in arrivals:
        if is_new:
            work.value = len(work.events)
        elif len(arrivals) == 1:
            work.value = len(fresh)
        else:
            mine = {event.message_id for event in work.events} & fresh
            fresh -= mine
            work.value = len(mine)
        if work.unfit:
            log.quarantine(runtime.database, work.unfit)
