"""Profiles in memory: a cache of the log, bounded, written behind.

A profile that is missing, out of date or of another definition set is folded from the log again, so any of them may be
dropped at any time. What is in memory is newer than the store for those that are `unwritten`; after a crash they are
folded again when somebody needs them, since a stored profile says up to which event it stands for its person.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from waypost.engine import observe, profiles, wake
from waypost.engine.program import Program
from waypost.engine.pushes import may_push
from waypost.model.events import Event
from waypost.model.people import Id, PersonId
from waypost.model.time import Instant
from waypost.runtime.cached import Entry, muted_until
from waypost.runtime.identity import Identities
from waypost.runtime.large import Large
from waypost.runtime.stores import people as store
from waypost.runtime.stores.log import Log
from waypost.runtime.stores.people import Snapshot
from waypost.runtime.stores.register import NEVER
from waypost.runtime.timers import Timers

ROWS = 200
"""How many profiles are written in one transaction, so that nobody waits long behind it."""

FEW = 4
"""How many profiles are not worth bringing in at once."""

UNWRITTEN = 200_000
"""How many profiles may be newer than the store; beyond it, each transaction writes some."""

SPARE = 10_000
"""How many rows that no longer hold are left alone."""


class Profiles:
    """The profiles of one store under one definition set."""

    def __init__(self, log: Log, identities: Identities, timers: Timers, bound: int) -> None:
        self._log = log
        self._database = log.database
        self._identities = identities
        self._timers = timers
        self._bound = bound
        self._next_row = store.snapshot_rows(self._database)[1] + 1
        self._hot: OrderedDict[PersonId, Entry] = OrderedDict()
        self._unwritten: OrderedDict[PersonId, Entry] = OrderedDict()
        self._changed: dict[PersonId, int] = {}
        self.large = Large()

    def get(self, person: PersonId, program: Program, now: Instant) -> Entry | None:
        """The person's profile as of the last transaction that was kept; None where they had no event yet."""
        entry = self._hot.get(person) or self._load(person, program, now)
        if entry is None:
            return None
        self._hot.move_to_end(person)
        if entry.future is not None and entry.future <= now:
            return self.postpone(person, entry) if person in self.large.known else self.fold(person, program, now)
        return entry

    def postpone(self, person: PersonId, entry: Entry | None) -> Entry | None:
        """Have a large log folded beside the corridor; until then `entry` goes on, where there is one."""
        self.drop(person)
        self.large.ask(person)
        if entry is not None:
            entry.stale, entry.future = True, None
            self.keep(person, entry)
        return entry

    def hot(self, person: PersonId) -> Entry | None:
        """The person's profile where it is in memory."""
        return self._hot.get(person)

    def prepare(self, people: Iterable[PersonId], program: Program) -> None:
        """Bring the profiles of many people into memory at once, as far as that is simple; `get` has the others."""
        register, rows = self._log.register, dict[int, PersonId]()
        for person in people:
            identity = Id(person)
            if person not in self._hot and self._identities.is_plain(identity):
                number = self._identities.number_of(identity)
                row = register.snapshot_of(number)
                if row:
                    rows[row] = person
        if len(rows) < FEW:
            return
        found = store.snapshots(self._database, list(rows))
        claimed = store.claimed_by(self._database, [one.person for one in found.values()])
        for row, one in found.items():
            person = rows[row]
            # What an id that they claimed did may be another's, but then `get` will find that out.
            owners = (one.person, *claimed.get(one.person, ()))
            if one.person == self._identities.number_of(Id(person)) and one.seq >= self._log.ends(owners):
                self._enter(person, one, program)

    def fold(
        self, person: PersonId, program: Program, now: Instant, events: Sequence[Event] | None = None
    ) -> Entry | None:
        """Fold the person's whole log again, events of this transaction too; what was cached is replaced.

        `events` is the log where the caller has read it.
        """
        if not self._identities.find(Id(person)):
            return None
        number = self._identities.number_of(Id(person))
        if events is None:
            events = self._identities.log(person)
        self.large.see(person, len(events))
        future = min((event.at for event in events if event.at > now), default=None)
        profile = observe.fold(program, person, events, now)
        if profile is None:
            self.drop(person)
            if future is not None:
                self._timers.set(number, future)
            return None
        entry = Entry(number, profile, self._log.last, future=future, muted=muted_until(events))
        if may_push(program, profile):
            entry.push = now
        self.put(person, entry)
        return entry

    def bequeath(self, person: PersonId, program: Program) -> Entry | None:
        """What an id knew before it was claimed, taken out of the cache; None where the log must be folded for it."""
        number = self._changed[person] = self._identities.number_of(Id(person))
        entry = self._hot.pop(person, None)
        if entry is not None:
            self._unwritten.pop(person, None)
            return None if entry.stale else entry
        row = self._log.register.snapshot_of(number)
        found = store.snapshots(self._database, [row]).get(row) if row else None
        if found is None or found.person != number or found.seq < self._log.ends((number,)):
            return None
        return self._entry(found, program)

    def put(self, person: PersonId, entry: Entry) -> None:
        """Keep a profile that has changed, to be looked at when anything about it may change by time alone.

        That is often too early, but known without asking a single rule; whoever comes then asks them (`look_ahead`). A
        wake-up that is set for earlier is left as it is.
        """
        due = entry.profile.due
        if entry.wake is None or due < entry.wake or entry.wake <= entry.profile.seen or entry.future or entry.push:
            self._set(entry, None if due >= NEVER else due)
        self._unwritten[person] = entry
        self._changed[person] = entry.number
        self._hot[person] = entry

    def look_ahead(self, person: PersonId, entry: Entry, program: Program) -> None:
        """Keep a profile that has changed, to be looked at when a rule that somebody waits for can change."""
        self._set(entry, wake.next_wake(program, entry.profile))
        self.keep(person, entry)

    def keep(self, person: PersonId, entry: Entry) -> None:
        """Keep a profile that has changed, but not when it must be looked at."""
        self._hot[person] = entry
        self._unwritten[person] = entry
        self._changed[person] = entry.number

    def _set(self, entry: Entry, due: Instant | None) -> None:
        if entry.future is not None and (due is None or entry.future < due):
            due = entry.future
        if entry.push is not None and (due is None or entry.push < due):
            due = entry.push
        if due != entry.wake:
            entry.wake = due
            self._timers.set(entry.number, due)

    def drop(self, person: PersonId) -> None:
        """Forget a person's profile, in memory and in the store; whoever needs it folds it again."""
        self._hot.pop(person, None)
        self._unwritten.pop(person, None)
        if not self._identities.find(Id(person)):
            return
        number = self._changed[person] = self._identities.number_of(Id(person))
        if self._log.register.snapshot_of(number):
            self._log.register.snapshot(number, 0)
            store.add_dropped(self._database, number)

    def forget(self, people: Iterable[tuple[PersonId, int]], now: Instant) -> None:
        """Forget what is in memory of people with these numbers; they are looked at soon, lest a wake-up is lost."""
        for person, number in list(people):
            self._hot.pop(person, None)
            self._unwritten.pop(person, None)
            self._timers.set(number, now)

    def forget_all(self, now: Instant) -> None:
        """Forget everything in memory; whoever was not written is looked at soon."""
        for entry in self._unwritten.values():
            self._timers.set(entry.number, now)
        self._hot.clear()
        self._unwritten.clear()

    def settle(self) -> None:
        """The transaction was kept."""
        self._changed.clear()

    def undo(self, now: Instant) -> None:
        """The transaction was not kept: what it changed in memory is forgotten."""
        for number in self._changed.values():
            self._log.register.snapshot(number, 0)
        self.forget(self._changed.items(), now)
        self._changed.clear()

    @property
    def changed(self) -> int:
        """How many profiles this transaction changed."""
        return len(self._changed)

    @property
    def unwritten(self) -> int:
        """How many profiles are newer than the store."""
        return len(self._unwritten)

    @property
    def is_crowded(self) -> bool:
        """Whether so much is unwritten that there is little else to let go of."""
        return len(self._unwritten) > min(self._bound // 2, UNWRITTEN)

    def write(self, limit: int = ROWS) -> int:
        """Write the oldest of the unwritten profiles, inside a transaction; says how many."""
        snapshots = []
        for row in range(self._next_row, self._next_row + min(limit, len(self._unwritten))):
            person, entry = self._unwritten.popitem(last=False)
            data = profiles.dump(entry.profile)
            seq = 0 if entry.stale else entry.seq
            snapshots.append(Snapshot(entry.number, seq, entry.wake, entry.future, entry.push, entry.muted, data))
            self._changed[person] = entry.number
            self._log.register.snapshot(entry.number, row)
        store.add_snapshots(self._database, self._next_row, snapshots)
        self._next_row += len(snapshots)
        return len(snapshots)

    def abandon(self) -> None:
        """Do not write all of the unwritten profiles: where another process does, they are a cache of the log here."""
        while self.is_crowded:
            self._unwritten.popitem(last=False)

    def compact(self, limit: int = ROWS) -> bool:
        """Move the oldest rows that still hold behind the others, and let go of the rest, inside a transaction.

        Returns:
            Whether there was anything to do: as long as less than half of the rows hold.
        """
        first, last = store.snapshot_rows(self._database)
        register = self._log.register
        if last - first < 2 * register.snapshot_count + SPARE:
            return False
        rows = store.first_snapshots(self._database, limit)
        holding = [one for row, one in rows if register.snapshot_of(one.person) == row]
        for row, one in enumerate(holding, self._next_row):
            register.snapshot(one.person, row)
        store.add_snapshots(self._database, self._next_row, holding)
        self._next_row += len(holding)
        store.drop_snapshots(self._database, rows[-1][0])
        return True

    def trim(self) -> None:
        """Keep to the bound: profiles that are written and were not used lately leave memory."""
        for _ in range(2 * (len(self._hot) - self._bound)):
            if len(self._hot) <= self._bound:
                return
            person, entry = self._hot.popitem(last=False)
            if person in self._unwritten:
                self._hot[person] = entry

    def _load(self, person: PersonId, program: Program, now: Instant) -> Entry | None:
        """The profile from the store, where it is up to date; else from the log."""
        identity = Id(person)
        if not self._identities.find(identity):
            return None
        number = self._identities.number_of(identity)
        row = self._log.register.snapshot_of(number)
        found = store.snapshots(self._database, [row]).get(row) if row else None
        if found is None or found.person != number or not self._stands(person, found):
            return self.fold(person, program, now)
        return self._enter(person, found, program) or self.fold(person, program, now)

    def _stands(self, person: PersonId, found: Snapshot) -> bool:
        """Whether nothing of the person came after a stored profile."""
        if self._identities.is_plain(Id(person)):
            claimed = store.claimed_by(self._database, [found.person]).get(found.person, ())
            # What an id that they claimed did may be another's: then the exact look below decides.
            if found.seq >= self._log.ends((found.person, *claimed)):
                return True
        return found.seq >= self._log.ends(self._identities.owners(person))

    def _enter(self, person: PersonId, found: Snapshot, program: Program) -> Entry | None:
        """Take a stored profile into memory; None where it is of another definition set."""
        entry = self._entry(found, program)
        if entry is not None:
            self._hot[person] = entry
        return entry

    def _entry(self, found: Snapshot, program: Program) -> Entry | None:
        profile = profiles.load(program, found.data)
        if profile is None:
            return None
        return Entry(found.person, profile, found.seq, found.wake, found.future, found.push, found.muted)
