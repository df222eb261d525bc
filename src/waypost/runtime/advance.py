"""The corridor: everything that changes a person walks through here, inside one transaction.

Events are appended once each and folded into their people's profiles; wake-ups that are due are evaluated at their own
instants; push steps whose inputs changed are decided, and their deliveries put into the outbox. An event later than
all that was folded continues the profile; anything else folds that person's log again, to the same profile (law 2).
Next: `collect` brings events here, `worker` wake-ups, `decide` questions.
"""

from collections.abc import Sequence

from waypost.engine import observe
from waypost.model.decisions import Cause
from waypost.model.events import ENTRIES, Event
from waypost.model.people import Id, PersonId, Transition
from waypost.model.time import HOUR, Instant
from waypost.runtime.appending import Fresh, append, unseen
from waypost.runtime.bundle import Runtime
from waypost.runtime.cached import Entry, muted_until
from waypost.runtime.links import relink
from waypost.runtime.pushes import concerns_pushes, push
from waypost.runtime.stores import people as store
from waypost.runtime.stores.events import owner_id


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
    fresh = unseen(runtime, events)
    if fresh.events:
        before = runtime.log.last
        new_ids = append(runtime, fresh)
        relinked = relink(runtime.log, runtime.identities, fresh.events, new_ids)
        undone = any(event.kind == "undo" for event in fresh.events)
        groups = _grouped(runtime, fresh, relinked.people)
        runtime.profiles.prepare(groups, runtime.live.program)
        left = {
            heir: runtime.profiles.bequeath(PersonId(one), runtime.live.program)
            for heir, one in relinked.heirs.items()
            if not runtime.live.program.personal
        }
        for person, theirs in groups.items():
            if person in relinked.people:
                # What was undone may not be told any more; else the profile of somebody large goes on for a while.
                had = None if undone else runtime.profiles.hot(person)
                runtime.profiles.drop(person)
                entry = _inherit(runtime, person, left.get(person), theirs, now) or _again(runtime, person, had, now)
                _settle(runtime, person, entry, theirs, now)
            elif Id(person) in new_ids and all(owner_id(event) in new_ids for event in theirs):
                _settle(runtime, person, _begin(runtime, person, theirs, now), theirs, now)
            else:
                _walk(runtime, person, theirs, before, now)
    for number in wakes:
        _wake(runtime, number, now)
    return {event.message_id for event in fresh.events}


def _grouped(runtime: Runtime, fresh: Fresh, again: set[PersonId]) -> dict[PersonId, list[Event]]:
    """The new events of each person, and those people who have none but must be folded again."""
    groups: dict[PersonId, list[Event]] = {person: [] for person in again}
    owners = runtime.identities.owners_of(fresh.owners, fresh.events)
    for person, event in zip(owners, fresh.events, strict=True):
        theirs = groups.get(person)
        if theirs is None:
            groups[person] = [event]
        else:
            theirs.append(event)
    return groups


def _walk(runtime: Runtime, person: PersonId, events: list[Event], before: int, now: Instant) -> None:
    """Continue one person's profile with what they did, and look at their push steps where it matters."""
    entry = runtime.profiles.get(person, runtime.live.program, now)
    if entry is None or entry.seq > before:
        _settle(runtime, person, entry or _again(runtime, person, None, now), events, now)
        return
    transitions = _continue(runtime, entry, events, now)
    if transitions is None:
        _settle(runtime, person, _again(runtime, person, entry, now), events, now)
        return
    entry.seq = runtime.log.last
    if concerns_pushes(transitions, events):
        push(runtime, person, entry, _cause(events), now)
    runtime.profiles.put(person, entry)


def _settle(runtime: Runtime, person: PersonId, entry: Entry | None, events: Sequence[Event], now: Instant) -> None:
    """Keep a profile that was folded from the beginning."""
    if entry is not None:
        push(runtime, person, entry, _cause(events), now)
        runtime.profiles.put(person, entry)


def _begin(runtime: Runtime, person: PersonId, events: list[Event], now: Instant) -> Entry | None:
    """The profile of somebody whose whole log these events are."""
    program = runtime.live.program
    profile = observe.fold(program, person, events, now)
    number = runtime.identities.number_of(Id(person))
    future = min((event.at for event in events if event.at > now), default=None)
    if profile is None:
        runtime.timers.set(number, future)
        return None
    return Entry(number, profile, runtime.log.last, future=future, muted=muted_until(events))


def _inherit(runtime: Runtime, heir: PersonId, left: Entry | None, events: list[Event], now: Instant) -> Entry | None:
    """The profile of somebody new who signs in for the first time: what their device knew, and these events.

    None where nothing was left, or these events are not all later: then the log must be folded.
    """
    if left is None or (left.future is not None and left.future <= now):
        return None
    profile = left.profile
    profile.person = heir
    number = runtime.identities.number_of(Id(heir))
    entry = Entry(number, profile, runtime.log.last, future=left.future, push=left.push, muted=left.muted)
    return None if _continue(runtime, entry, events, now) is None else entry


def _again(runtime: Runtime, person: PersonId, entry: Entry | None, now: Instant) -> Entry | None:
    """Fold a person's log again, whose profile in memory is `entry`; one that is large later, beside the corridor."""
    identity, large = Id(person), runtime.profiles.large
    if not runtime.identities.is_somebody(person):
        runtime.profiles.drop(person)
        if runtime.identities.find(identity):
            runtime.timers.set(runtime.identities.number_of(identity), None)
        return None
    if person not in large.known:
        events = runtime.identities.log(person, enough=large.events)
        if len(events) < large.events:
            return runtime.profiles.fold(person, runtime.live.program, now, events)
    runtime.profiles.postpone(person, entry)
    return None


def _continue(runtime: Runtime, entry: Entry, events: list[Event], now: Instant) -> Sequence[Transition] | None:
    """Continue a profile with later events; None where they are not all later, so that it must be folded again."""
    seen = entry.profile.seen
    theirs = []
    for event in events:
        if event.kind in ENTRIES:
            entry.profile.history.remember(event)
        elif event.at > now:
            entry.future = event.at if entry.future is None else min(entry.future, event.at)
        elif event.at <= seen:
            return None
        else:
            theirs.append(event)
            if event.imported or event.received_at - event.at > HOUR:  # `event.late`, without the call
                entry.muted = max(entry.muted, event.received_at)
    if len(theirs) > 1:
        theirs.sort(key=_order)
    return observe.observe(runtime.live.program, entry.profile, theirs) if theirs else ()


def _wake(runtime: Runtime, number: int, now: Instant) -> None:
    """Evaluate everything of one person that is due, each at its own instant (law 4)."""
    identities, profiles, program = runtime.identities, runtime.profiles, runtime.live.program
    name = store.names(runtime.database, [number]).get(number)
    person = None if name is None else identities.person(name)
    runtime.timers.set(number, None)
    entry = None if person is None else profiles.get(person, program, now)
    if person is None or entry is None:
        return
    due = entry.wake
    while due is not None and due <= now:
        transitions = observe.wake(program, entry.profile, due)
        if concerns_pushes(transitions, ()) or (entry.push is not None and entry.push <= due):
            push(runtime, person, entry, "late" if due < entry.muted else "time", due)
        profiles.look_ahead(person, entry, program)
        if entry.wake is not None and entry.wake <= due:
            raise RuntimeError(f"the wake-up of {person} at {due} does not end")
        due = entry.wake
    runtime.timers.set(entry.number, entry.wake)


def _cause(events: Sequence[Event]) -> Cause:
    if any(not event.imported and not event.late for event in events) or not events:
        return "event"
    return "imported" if all(event.imported for event in events) else "late"


def _order(event: Event) -> tuple[Instant, str]:
    return event.at, event.message_id
