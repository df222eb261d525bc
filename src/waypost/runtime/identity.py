"""Which person each event belongs to, looked up in the store and remembered.

`engine.people.Links` knows the rules; this file knows which part of the links they need. Nearly every id is plain: a
user without merges is their own person, as is an anonymous id that nobody claimed. Of the others most have one
claimant; only for those that several users share are the claims read from the log. Nothing here is used by two threads
at once; a reader makes one of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from waypost.engine.people import Links
from waypost.model.events import Event
from waypost.model.people import Alias, Claim, Id, PersonId, Undo, bare, user
from waypost.runtime.circles import Circles
from waypost.runtime.known import Known
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Database
from waypost.runtime.stores.log import Log

KEPT = 1_000_000
"""How many ids are remembered before all are forgotten."""


class Identities:
    """The ids of one log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._database = log.database
        self._plain: dict[Id, int] = {}
        self._known: dict[Id, Known] = {}
        self._pairs: set[tuple[int, int]] = set()
        self._circles = Circles(log.database)
        self.undos: tuple[Undo, ...] = ()
        self.forget()

    @property
    def database(self) -> Database:
        """The connection that is read through."""
        return self._database

    def forget(self) -> None:
        """Forget everything: another process wrote, or a transaction was not kept."""
        self._forget_ids()
        self.undos = tuple(store.undos(self._database))
        self._circles.reset(self.undos)

    def number(self, ids: set[Id]) -> set[Id]:
        """Make every id known, with a number; says which were new to the store."""
        missing = list(ids.difference(self._plain).difference(self._known))
        if not missing:
            return set()
        if len(self._plain) + len(self._known) > KEPT:
            self._forget_ids()
            missing = list(ids)
        found = store.numbers(self._database, missing)
        fresh = {identity for identity in missing if identity not in found}
        self._remember_all(found)
        if fresh:
            for identity, number in store.add_ids(self._database, sorted(fresh)).items():
                self._remember(identity, number, ())
        return fresh

    def find(self, identity: Id) -> bool:
        """Whether the store ever met an id; it is known from then on."""
        if identity in self._plain or identity in self._known:
            return True
        number = store.numbers(self._database, [identity]).get(identity)
        if number is None:
            return False
        self._remember_all({identity: number})
        return True

    def number_of(self, identity: Id) -> int:
        """The number of an id that is known."""
        number = self._plain.get(identity)
        return self._known[identity].number if number is None else number

    def numbers_of(self, ids: Iterable[Id]) -> list[int]:
        """The numbers of ids that are known."""
        plain, known = self._plain, self._known
        return [plain.get(identity) or known[identity].number for identity in ids]

    def owners_of(self, filed: Iterable[Id], events: Iterable[Event]) -> list[PersonId]:
        """The people that events belong to, which are filed under these ids."""
        plain = self._plain
        return [
            PersonId(identity) if identity in plain else self.owner(identity, event)
            for identity, event in zip(filed, events, strict=True)
        ]

    def owner(self, identity: Id, event: Event) -> PersonId:
        """The person an event belongs to, which is filed under this id; its ids are known."""
        if identity in self._plain:
            return PersonId(identity)
        known = self._known[identity]
        return known.person if known.person is not None else self._links(identity, known).owner(event)

    def person(self, identity: Id) -> PersonId | None:
        """The person an id names now; None where the store never met it."""
        if not self.find(identity):
            return None
        if identity in self._plain:
            return PersonId(identity)
        known = self._known[identity]
        return known.person if known.person is not None else self._links(identity, known).person(identity)

    def linked(self, anonymous_id: Id, user_id: Id) -> bool:
        """Whether this user claimed this anonymous id before; both are known."""
        known = self._known.get(anonymous_id)
        if known is None:
            return False
        return known.claimant == user_id or (known.number, self.number_of(user_id)) in self._pairs

    def link(self, pairs: Sequence[tuple[Id, Id]]) -> None:
        """Remember claims of anonymous ids by users, and look those ids up again."""
        rows = [(self.number_of(one), self.number_of(other)) for one, other in pairs]
        store.link(self._database, rows)
        self._pairs.update(rows)
        claimed = Counter(one for one, _ in pairs)
        again = [one for one, times in claimed.items() if times > 1 or one not in self._plain or self.undos]
        for one, other in pairs:
            if one in self._plain and one not in again:
                # Nobody claimed it before: it is theirs, and nothing need be asked.
                self._known[one] = Known(self._plain.pop(one), self._circles.person(bare(other)), other)
        self._look_again(again)

    def alias(self, alias: Alias) -> None:
        """Remember an explicit merge; `merged` looks those users up again."""
        self._circles.add(alias)

    def merged(self, users: Iterable[Id]) -> None:
        """Look users up again whose merges have changed, and the anonymous ids that they claimed."""
        known = [identity for identity in users if identity in self._plain or identity in self._known]
        self._look_again(known)
        claimed = store.claimed_by(self._database, [self.number_of(identity) for identity in known]).values()
        numbers = sorted({number for group in claimed for number in group})
        self._look_again([one for one in store.names(self._database, numbers).values() if one in self._known])

    def claim(self, anonymous_id: Id, claims: Sequence[Claim]) -> set[PersonId]:
        """Take in more claims of an id that somebody claimed before; the people from and to whom its events go."""
        known = self._known[anonymous_id]
        events = self._movable(anonymous_id, known, claims)
        before = [self.owner(anonymous_id, event) for event in events]
        users = [user(claim.user_id) for claim in claims]
        pairs = {(known.number, self.number_of(one)) for one in users} - self._pairs
        store.link(self._database, sorted(pairs))
        self._pairs |= pairs
        if known.links is None or self.undos or any(map(self._circles.is_merged, map(bare, users))):
            self._look_again([anonymous_id])
        else:
            known.links.take(claims)
        after = [self.owner(anonymous_id, event) for event in events]
        return {person for pair in zip(before, after, strict=True) if pair[0] != pair[1] for person in pair}

    def _movable(self, anonymous_id: Id, known: Known, claims: Sequence[Claim]) -> list[Event]:
        """The events of an id that more claims of it may move: none where those are later, and not the first."""
        latest = self._log.latest_of(known.number)
        if latest is None:
            return []
        if known.person is None:
            first = self._links(anonymous_id, known).first(bare(anonymous_id))
            if first is not None and min(claim.at for claim in claims) > max(latest, first):
                return []
        return self._log.of_owners([known.number])

    def is_plain(self, identity: Id) -> bool:
        """Whether a known id is a person of its own: neither merged nor claimed."""
        return identity in self._plain

    def is_shared(self, anonymous_id: Id) -> bool:
        """Whether whose an anonymous id is depends on the time."""
        known = self._known.get(anonymous_id)
        return known is not None and known.person is None

    def claimants(self, anonymous_id: Id) -> set[PersonId]:
        """Everyone who may own events of a known anonymous id by a claim."""
        known = self._known.get(anonymous_id)
        if known is None:
            return set()
        if known.person is not None:
            return {known.person}
        users = store.names(self._database, list(self._claimed([known.number]).get(known.number, ())))
        return {PersonId(user) for user in users.values()} | {
            self._circles.person(bare(user)) for user in users.values()
        }

    def circles(self, ids: Iterable[Id]) -> set[Id]:
        """The user ids that merges join with these, these too; of an anonymous id, those of its claimants."""
        ids = list(ids)
        users = {bare(identity) for identity in ids if identity[0] == "u"}
        claimed = self._claimed(self.number_of(identity) for identity in ids if identity[0] == "a")
        claimants = sorted({claimant for found in claimed.values() for claimant in found})
        users |= {bare(found) for found in store.names(self._database, claimants).values()}
        return {user(name) for circle in self._circles.gather(users) for name in circle.users}

    def owners(self, person: PersonId) -> list[int]:
        """The numbers under which a person's events are filed; some of those events may be another person's."""
        return list(self._parts(person)[0].values())

    def is_somebody(self, person: PersonId) -> bool:
        """Whether there may be events of this person: not where all that their id did is another's now."""
        identity = Id(person)
        return self.find(identity) and (identity in self._plain or self._known[identity].person in (None, person))

    def log(self, person: PersonId, enough: int | None = None) -> list[Event]:
        """Every event of a person, in no particular order; of each of their ids no more than are enough."""
        owners, shared = self._parts(person)
        events = self._log.of_owners(list(owners.values()), enough=enough)
        if not shared:
            return events
        return [
            event
            for event in events
            if (owner := log.owner_id(event)) not in shared or self.owner(owner, event) == person
        ]

    def ids(self, person: PersonId) -> list[Id]:
        """Every id of a person, user ids first; an anonymous id that several share is theirs who has it now."""
        owners, shared = self._parts(person)
        mine = (identity for identity in owners if identity not in shared or self.person(identity) == person)
        return sorted(mine, key=lambda identity: (identity[0] != "u", identity))

    def _forget_ids(self) -> None:
        self._plain.clear()
        self._known.clear()
        self._pairs.clear()
        self._circles.forget()

    def _parts(self, person: PersonId) -> tuple[dict[Id, int], set[Id]]:
        """A person's ids with their numbers, and which of them may have events of somebody else."""
        identity = Id(person)
        if not self.find(identity):
            return {}, set()
        if person[0] == "a":
            return {identity: self.number_of(identity)}, {identity} if self.is_shared(identity) else set()
        found = {identity: self.number_of(identity)}
        if identity not in self._plain:
            users = self._circles.of(bare(person)).users
            numbered = store.numbers(self._database, [user(name) for name in sorted(users)])
            found = {one: number for one, number in numbered.items() if self.person(one) == person}
        shared: set[Id] = set()
        claimed = store.claimed_by(self._database, list(found.values())).values()
        if claimed:
            numbers = sorted({number for group in claimed for number in group})
            for number, one in store.names(self._database, numbers).items():
                self.find(one)
                if self.is_shared(one):
                    shared.add(one)
                elif self.person(one) != person:
                    continue
                found[one] = number
        return found, shared

    def _remember_all(self, numbers: Mapping[Id, int]) -> None:
        """Take ids in, with what is known of claims of the anonymous ones."""
        claimed = self._claimed({number for identity, number in numbers.items() if identity[0] == "a"})
        users = sorted({user for found in claimed.values() for user in found})
        names = store.names(self._database, users) if users else {}
        self._pairs.update((number, user) for number, found in claimed.items() for user in found)
        for identity, number in numbers.items():
            self._remember(identity, number, [names[user] for user in claimed.get(number, ())])

    def _remember(self, identity: Id, number: int, users: Sequence[Id]) -> None:
        """Take an id in; `users` are those that ever claimed it, where it is an anonymous one."""
        name = bare(identity)
        if not users and not (identity[0] == "u" and self._circles.is_merged(name)):
            self._plain[identity] = number
            self._known.pop(identity, None)
            return
        self._plain.pop(identity, None)
        if identity[0] == "u":
            self._known[identity] = Known(number, self._circles.person(name))
        elif len(users) > 1 or any(name in (undo.one, undo.other) for undo in self.undos):
            self._known[identity] = Known(number, None)
        else:
            self._known[identity] = Known(number, self._circles.person(bare(users[0])), users[0])

    def _look_again(self, ids: Sequence[Id]) -> None:
        if ids:
            self._remember_all({identity: self.number_of(identity) for identity in ids})

    def _claimed(self, anonymous: Iterable[int]) -> dict[int, set[int]]:
        numbers = sorted(anonymous)
        return store.users_of(self._database, numbers) if numbers else {}

    def _links(self, identity: Id, known: Known) -> Links:
        """The claims of one anonymous id that several users share, and the merges of those users."""
        if known.links is None:
            users = sorted(self._claimed([known.number]).get(known.number, ()))
            claims = self._log.claims((known.number, identity), users)
            merged = {bare(found) for found in store.names(self._database, users).values()}
            circles = self._circles.gather(sorted(merged | {bare(identity)}))
            known.links = Links(claims, [one for circle in circles for one in circle.aliases.values()], self.undos)
        return known.links
