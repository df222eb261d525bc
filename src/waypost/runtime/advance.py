"""The corridor: everything that changes a person walks through here, inside one transaction.

Events are appended once each and folded into their people's profiles; wake-ups that are due are evaluated at their own
instants; push steps whose inputs changed are decided, and their deliveries put into the outbox. An event later than
all that was folded continues the profile; anything else folds that person's log again, to the same profile (law 2).
Next: `collect` brings events here, `worker` wake-ups, `decide` questions.
"""

from collections.abc import Sequence

from waypost.engine import observe
from waypost.model.decisions import Cause
from waypost.model.events import Event
from waypost.model.people import Id, PersonId, Transition
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.appending import append, unseen
from waypost.runtime.links import relink
from waypost.runtime.profiles import Entry
from waypost.runtime.pushes import concerns_pushes, push
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store

_OWN = frozenset({"decision", "delivery", "undo"})
"""Waypost's own entries: they change limits and links, never a signal."""


def advance(runtime: Runtime, events: Sequence[Event], wakes: Sequence[int], now: Instant) -> set[str]:
    """Append events, fold them, evaluate wake-ups, decide what to push. Call it inside a transaction.

    Args:
        runtime: The open Waypost.
        events: What arrived, in any order, some of it perhaps for the second time.
        wakes: The numbers of ids whose people may be due.
        now: The present instant; later events are kept until their time has come.

    Returns:
        The message ids that are new to the log.
    """
    fresh = unseen(runtime, events) if events else []
    if fresh:
        before = runtime.last_seq
        new_ids = append(runtime, fresh)
        again = relink(runtime.database, runtime.identities, fresh, new_ids)
        _fold(runtime, fresh, again, new_ids, before, now)
    for number in wakes:
        _wake(runtime, number, now)
    return {event.message_id for event in fresh}


def _fold(
    runtime: Runtime, fresh: Sequence[Event], again: set[PersonId], new_ids: set[Id], before: int, now: Instant
) -> None:
    groups: dict[PersonId, list[Event]] = {}
    owner = runtime.identities.owner
    for event in fresh:
        groups.setdefault(owner(event), []).append(event)
    for person in again:
        groups.setdefault(person, [])
    program = runtime.live.program
    for person, events in groups.items():
        entry = None
        transitions: Sequence[Transition] | None = None
        if person in again:
            runtime.profiles.drop(person)
            entry = runtime.profiles.fold(person, program, now)
        elif Id(person) in new_ids and all(log.owner_id(event) in new_ids for event in events):
            entry = _begin(runtime, person, events, now)
        else:
            entry = runtime.profiles.get(person, program, now, before)
            if entry is None:
                entry = runtime.profiles.fold(person, program, now)
            else:
                transitions = _continue(runtime, entry, events, now)
                if transitions is None:
                    entry = runtime.profiles.fold(person, program, now)
                else:
                    entry.seq = runtime.last_seq
        if entry is not None:
            if transitions is None or concerns_pushes(transitions, events):
                push(runtime, person, entry, _cause(events), now)
            runtime.profiles.put(person, entry, program)


def _begin(runtime: Runtime, person: PersonId, events: list[Event], now: Instant) -> Entry | None:
    """The profile of somebody whose whole log these events are."""
    program = runtime.live.program
    profile = observe.fold(program, person, events, now)
    number = runtime.identities.number_of(Id(person))
    future = min((event.at for event in events if event.at > now), default=None)
    if profile is None:
        runtime.timers.set(number, future)
        return None
    return Entry(number, profile, runtime.last_seq, future=future)


def _continue(runtime: Runtime, entry: Entry, events: list[Event], now: Instant) -> Sequence[Transition] | None:
    """Continue a profile with later events; None where they are not all later, so that it must be folded again."""
    theirs = []
    for event in events:
        if event.kind in _OWN:
            entry.profile.history.remember(event)
        elif event.at > now:
            entry.future = event.at if entry.future is None else min(entry.future, event.at)
        else:
            theirs.append(event)
    if not theirs:
        return ()
    if len(theirs) > 1:
        theirs.sort(key=lambda event: (event.at, event.message_id))
    if theirs[0].at <= entry.profile.at or theirs[0].at <= entry.profile.seen:
        return None
    return observe.observe(runtime.live.program, entry.profile, theirs)


def _wake(runtime: Runtime, number: int, now: Instant) -> None:
    """Evaluate everything of one person that is due, each at its own instant (law 4)."""
    identities, profiles, program = runtime.identities, runtime.profiles, runtime.live.program
    name = store.names(runtime.database, [number]).get(number)
    person = None if name is None else identities.person(name)
    if person is None:
        return
    entry = profiles.get(person, program, now)
    if entry is None:
        return
    rounds = 0
    while entry.wake is not None and entry.wake <= now and rounds < 10_000:
        due, rounds = entry.wake, rounds + 1
        transitions = observe.wake(program, entry.profile, due)
        if concerns_pushes(transitions, ()) or (entry.push is not None and entry.push <= due):
            push(runtime, person, entry, "time", due)
        profiles.put(person, entry, program)


def _cause(events: Sequence[Event]) -> Cause:
    if any(not event.imported and not event.late for event in events) or not events:
        return "event"
    return "imported" if all(event.imported for event in events) else "late"
