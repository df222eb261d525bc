"""Profiles in memory: a cache of the log, bounded, written behind.

A profile that is missing, out of date or of another definition set is folded from the log again, so any of them may be
dropped at any time. What is in memory is newer than the store for those that are `unwritten`; after a crash they are
folded again when somebody needs them, since a stored profile says up to which event it stands for its person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from waypost.engine import observe, profiles, wake
from waypost.engine.program import Program
from waypost.engine.pushes import may_push
from waypost.model.people import Id, PersonId
from waypost.model.time import Instant
from waypost.runtime.identity import Identities
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Database
from waypost.runtime.timers import Timers

ROWS = 250
"""How many profiles are written in one transaction, so that nobody waits long behind it."""


@dataclass(slots=True)
class Entry:
    """One person in memory. `number` is that of their id, `seq` the last event folded, `wake` when to look again.

    `future` is the instant of their first event that has not happened yet, `push` when to look again at a push step
    that was held back.
    """

    number: int
    profile: profiles.Profile
    seq: int
    wake: Instant | None = None
    future: Instant | None = None
    push: Instant | None = None
    used: bool = True


class Profiles:
    """The profiles of one store under one definition set."""

    def __init__(self, database: Database, identities: Identities, timers: Timers, bound: int) -> None:
        self._database = database
        self._identities = identities
        self._timers = timers
        self._bound = bound
        self._hot: dict[PersonId, Entry] = {}
        self._unwritten: dict[PersonId, Entry] = {}
        self._changed: set[PersonId] = set()
        self._dropped: set[PersonId] = set()

    def get(self, person: PersonId, program: Program, now: Instant, upto: int = 2**62) -> Entry | None:
        """The person's profile, up to date with the log up to a position; None where they have no event yet."""
        entry = self._hot.get(person)
        if entry is None:
            entry = self._load(person, program, now, upto)
            if entry is None:
                return None
        entry.used = True
        if entry.future is not None and entry.future <= now:
            return self.fold(person, program, now)
        return entry

    def hot(self, person: PersonId) -> Entry | None:
        """The person's profile where it is in memory."""
        entry = self._hot.get(person)
        if entry is not None:
            entry.used = True
        return entry

    def fold(self, person: PersonId, program: Program, now: Instant) -> Entry | None:
        """Fold the person's whole log again; what was cached is replaced."""
        known = self._identities.find(Id(person))
        if known is None:
            return None
        events = self._identities.log(person)
        profile = observe.fold(program, person, events, now)
        if profile is None:
            self.drop(person)
            future = min((event.at for event in events if event.at > now), default=None)
            if future is not None:
                self._timers.set(known.number, future)
            return None
        entry = Entry(known.number, profile, log.last_of(self._database, self._identities.owners(person)))
        entry.future = min((event.at for event in events if event.at > now), default=None)
        if may_push(program, profile):
            entry.push = now
        self.put(person, entry, program)
        return entry

    def put(self, person: PersonId, entry: Entry, program: Program) -> None:
        """Keep a profile that has changed, and set when it must be looked at next."""
        due = wake.next_wake(program, entry.profile)
        for other in (entry.future, entry.push):
            if other is not None and (due is None or other < due):
                due = other
        if due != entry.wake:
            entry.wake = due
            self._timers.set(entry.number, due)
        self.keep(person, entry)

    def keep(self, person: PersonId, entry: Entry) -> None:
        """Keep a profile that has changed, but not when it must be looked at."""
        self._hot[person] = entry
        self._unwritten[person] = entry
        self._changed.add(person)
        self._dropped.discard(person)

    def drop(self, person: PersonId) -> None:
        """Forget a person's profile, in memory and in the store; with `fold` it comes again."""
        self._hot.pop(person, None)
        self._unwritten.pop(person, None)
        self._dropped.add(person)
        known = self._identities.find(Id(person))
        if known is not None:
            store.drop(self._database, [known.number])

    def forget(self, people: Iterable[PersonId], now: Instant) -> None:
        """Forget what is in memory of these people; they are looked at soon, lest a wake-up is lost."""
        for person in list(people):
            entry = self._hot.pop(person, None)
            self._unwritten.pop(person, None)
            if entry is not None:
                self._timers.set(entry.number, now)

    def forget_all(self, now: Instant) -> None:
        """Forget everything in memory; people whose wake-ups the store may not know are looked at soon."""
        for entry in self._unwritten.values():
            self._timers.set(entry.number, now)
        self._hot.clear()
        self._unwritten.clear()

    def settle(self) -> None:
        """The transaction was kept."""
        self._changed.clear()
        self._dropped.clear()

    def undo(self, now: Instant) -> None:
        """The transaction was not kept: what it changed in memory is forgotten."""
        self.forget(list(self._changed | self._dropped), now)
        self.settle()

    @property
    def unwritten(self) -> int:
        """How many profiles are newer than the store."""
        return len(self._unwritten)

    def wakes(self, after: Instant, until: Instant) -> list[tuple[Instant, int]]:
        """The wake-ups in (after, until] of profiles that are newer than the store."""
        return [
            (entry.wake, entry.number)
            for entry in self._unwritten.values()
            if entry.wake is not None and after < entry.wake <= until
        ]

    def write(self, limit: int = ROWS) -> int:
        """Write the oldest of the unwritten profiles, inside a transaction; says how many."""
        people = list(islice(self._unwritten, limit))
        rows = []
        for person in people:
            entry = self._unwritten.pop(person)
            rows.append((entry.number, entry.seq, entry.wake, entry.future, entry.push, profiles.dump(entry.profile)))
            self._changed.add(person)
        if rows:
            store.cache(self._database, rows)
        return len(rows)

    def trim(self) -> None:
        """Keep to the bound: profiles that are written and were not used lately leave memory."""
        if len(self._hot) <= self._bound:
            return
        excess = len(self._hot) - self._bound * 9 // 10
        for person in list(islice(self._hot, excess * 2)):
            entry = self._hot.pop(person)
            if person in self._unwritten or (entry.used and excess * 2 < len(self._hot)):
                entry.used = False
                self._hot[person] = entry

    def _load(self, person: PersonId, program: Program, now: Instant, upto: int) -> Entry | None:
        known = self._identities.find(Id(person))
        if known is None:
            return None
        cached = store.cached(self._database, known.number)
        if cached is None or cached.data is None:
            return self.fold(person, program, now)
        if cached.seq < log.last_of(self._database, self._identities.owners(person), upto):
            return self.fold(person, program, now)
        profile = profiles.load(program, cached.data)
        if profile is None:
            return self.fold(person, program, now)
        entry = Entry(known.number, profile, cached.seq, cached.wake, cached.future, cached.push)
        self._hot[person] = entry
        return entry
