"""Folding very large logs beside the corridor, on whatever thread calls this, from what is on disk.

A late event of somebody with a hundred thousand others would hold every sender up for seconds. So their profile goes
on as it is, without what came late, until it was folded here; what came meanwhile is added when it takes its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.engine import observe
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.engine.pushes import may_push
from waypost.model.events import ENTRIES, Event
from waypost.model.people import Id, PersonId
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.cached import Entry, muted_until
from waypost.runtime.identity import Identities
from waypost.runtime.stores.events import owner_id
from waypost.runtime.transactions import Question


@dataclass(frozen=True, slots=True)
class _Begun:
    """Whose log is folded, as of when, up to which position at least; `asked` is the count of `Large`."""

    person: PersonId
    program: Program
    asked: int
    last: int
    now: Instant


@dataclass(frozen=True, slots=True)
class _Folded:
    """What came of it: `known` are the events read, `later` those of them that had not happened yet."""

    profile: Profile | None
    known: frozenset[str]
    later: Sequence[Event]
    muted: Instant


def fold_waiting(runtime: Runtime) -> bool:
    """Fold the log of one person that waits for it; whether there was one."""
    large = runtime.profiles.large
    if not large.waiting:
        return False
    with large.turn:
        begun = runtime.commits.wait(Question(lambda now: _begin(runtime, now)))
        if begun is None:
            return False
        with runtime.reading() as database:
            events = Identities(runtime.reading_log(database)).log(begun.person)
        folded = _Folded(
            observe.fold(begun.program, begun.person, events, begun.now),
            frozenset(event.message_id for event in events),
            [event for event in events if event.at > begun.now],
            muted_until(events),
        )
        runtime.commits.wait(Question(lambda now: _put(runtime, begun, folded, now)))
    return True


def _begin(runtime: Runtime, now: Instant) -> _Begun | None:
    """The next one, with all that is in the log by now."""
    waiting = runtime.profiles.large.waiting
    for person, asked in list(waiting.items()):
        if runtime.identities.is_somebody(person):
            return _Begun(person, runtime.live.program, asked, runtime.log.last, now)
        del waiting[person]
    return None


def _put(runtime: Runtime, begun: _Begun, folded: _Folded, now: Instant) -> None:
    """Let what was folded take its place, with what came meanwhile, as far as that is later."""
    profiles, identities, person, profile = runtime.profiles, runtime.identities, begun.person, folded.profile
    waiting = profiles.large.waiting
    if runtime.live.program is not begun.program or profile is None or not identities.is_somebody(person):
        # Under other definitions it is folded again; the others have nothing left to be folded.
        if runtime.live.program is begun.program:
            waiting.pop(person, None)
            profiles.drop(person)
        return
    rest = [
        event
        for event in runtime.log.of_owners(identities.owners(person), behind=begun.last)
        if event.message_id not in folded.known and identities.owner(owner_id(event), event) == person
    ]
    happened = [event for event in rest if event.kind not in ENTRIES and event.at <= now]
    is_late = any(event.at <= profile.seen for event in happened)
    due = [event for event in (*folded.later, *happened) if profile.seen < event.at <= now]
    due += [event for event in rest if event.kind in ENTRIES]
    observe.observe(begun.program, profile, sorted(due, key=lambda event: event.order))
    future = min((event.at for event in (*folded.later, *rest) if event.at > now), default=None)
    muted = max(folded.muted, muted_until(rest))
    entry = Entry(identities.number_of(Id(person)), profile, runtime.log.last, future=future, muted=muted)
    if is_late or waiting.get(person) != begun.asked:
        entry.stale = True
    else:
        waiting.pop(person, None)
    if may_push(begun.program, profile):
        entry.push = now
    profiles.put(person, entry)
