"""Which person each event belongs to, looked up in the store and remembered.

`engine.people.Links` knows the rules; this file knows which part of the links they need. Nearly every id is simple: a
user without merges is their own person, an anonymous id with one claimant is that user's. Only for the others are the
claims read from the log. Nothing here is used by two threads at once; a reader makes one of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waypost.engine.people import Links
from waypost.model.events import Event
from waypost.model.people import Alias, Claim, Id, PersonId, Undo, bare, user
from waypost.model.time import Instant
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Database

KEPT = 500_000
"""How many ids are remembered before all are forgotten."""


@dataclass(slots=True)
class Known:
    """An id: its number, and whose it is; `person` is None where that depends on the time.

    Then `links` tells, and `first` is the instant of the first claim.
    """

    number: int
    person: PersonId | None
    links: Links | None = None
    first: Instant | None = None


class Identities:
    """The ids of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[Id, Known] = {}
        self._pairs: set[tuple[int, int]] = set()
        self.undos: tuple[Undo, ...] = ()
        self.forget()

    def forget(self) -> None:
        """Forget everything: another process wrote, or a transaction was not kept."""
        self._known.clear()
        self._pairs.clear()
        self.undos = tuple(store.undos(self._database))

    def number(self, ids: Iterable[Id]) -> set[Id]:
        """Make every id known, with a number; says which were new to the store."""
        missing = [identity for identity in ids if identity not in self._known]
        if not missing:
            return set()
        if len(self._known) > KEPT:
            self._known.clear()
            self._pairs.clear()
            missing = list(ids)
        found = store.numbers(self._database, missing)
        fresh = {identity for identity in missing if identity not in found}
        if fresh:
            found.update(store.add_ids(self._database, sorted(fresh)))
        undone = {one for undo in self.undos for one in (undo.one, undo.other)}
        for identity, number in found.items():
            if identity in fresh and identity[2:] not in undone:
                self._known[identity] = Known(number, PersonId(identity))
            else:
                self._known[identity] = self._look_up(identity, number)
        return fresh

    def find(self, identity: Id) -> Known | None:
        """What is known of an id; None where the store never met it."""
        known = self._known.get(identity)
        if known is None:
            number = store.numbers(self._database, [identity]).get(identity)
            if number is None:
                return None
            known = self._known[identity] = self._look_up(identity, number)
        return known

    def number_of(self, identity: Id) -> int:
        """The number of an id that has one."""
        return self._known[identity].number

    def owner(self, event: Event) -> PersonId:
        """The person an event belongs to; its ids are numbered."""
        known = self._known[log.owner_id(event)]
        return known.person if known.person is not None else self._links(known).owner(event)

    def person(self, identity: Id) -> PersonId | None:
        """The person an id names now; None where the store never met it."""
        known = self.find(identity)
        if known is None:
            return None
        return known.person if known.person is not None else self._links(known).person(identity)

    def linked(self, anonymous_id: Id, user_id: Id) -> bool:
        """Whether it is known that this user claimed this anonymous id."""
        pair = (self._known[anonymous_id].number, self._known[user_id].number)
        if pair in self._pairs:
            return True
        users = store.users_of(self._database, [pair[0]]).get(pair[0], set())
        self._pairs.update((pair[0], found) for found in users)
        return pair in self._pairs

    def link(self, pairs: Sequence[tuple[Id, Id]]) -> None:
        """Remember claims of anonymous ids by users, and forget what was known of those ids."""
        rows = [(self._known[one].number, self._known[other].number) for one, other in pairs]
        store.link(self._database, rows)
        self._pairs.update(rows)
        self.unknow(one for one, _ in pairs)

    def unknow(self, ids: Iterable[Id]) -> None:
        """Look these ids up again; they stay numbered."""
        for identity in ids:
            known = self._known.get(identity)
            if known is not None:
                self._known[identity] = self._look_up(identity, known.number)

    def merged(self, users: Iterable[Id]) -> None:
        """Look users up again whose merges have changed, and the anonymous ids that they claimed."""
        known = {number: identity for identity in users if (number := self._number_in_memory(identity)) is not None}
        claimed = {one for group in store.claimed_by(self._database, list(known)).values() for one in group}
        self.unknow(known.values())
        self.unknow(store.names(self._database, sorted(claimed)).values())

    def claimed_again(self, anonymous_id: Id, event: Event) -> bool:
        """Whether one more claim of a shared anonymous id can move an event; the claims are read again."""
        known = self._known[anonymous_id]
        latest = log.latest_of(self._database, known.number)
        if latest is None:
            known.links = None
            return False
        self._links(known)
        moves = event.at <= latest or known.first is None or event.at <= known.first
        known.links = None
        return moves

    def is_plain(self, anonymous_id: Id) -> bool:
        """Whether whose an anonymous id is does not depend on the time."""
        return self._known[anonymous_id].person is not None

    def circle(self, identity: Id) -> set[Id]:
        """The user ids that merges join with this one, this one too; of an anonymous id, those of its claimants."""
        if identity[0] == "u":
            return {user(name) for name in self._component({bare(identity)})[0]}
        number = self._known[identity].number
        claimants = store.names(self._database, list(store.users_of(self._database, [number]).get(number, ())))
        return {user(name) for name in self._component({bare(found) for found in claimants.values()})[0]}

    def owners(self, person: PersonId) -> list[int]:
        """The numbers under which a person's events are filed; some of those events may be another person's."""
        return list(self._parts(person)[0].values())

    def log(self, person: PersonId) -> list[Event]:
        """Every event of a person, in no particular order."""
        owners, shared = self._parts(person)
        events = log.of_owners(self._database, list(owners.values())) if owners else []
        if not shared:
            return events
        return [event for event in events if log.owner_id(event) not in shared or self.owner(event) == person]

    def ids(self, person: PersonId) -> list[Id]:
        """Every id of a person: merged users, and anonymous ids of which an event is or would now be theirs."""
        owners, shared = self._parts(person)
        return sorted(identity for identity in owners if identity not in shared or self.person(identity) == person)

    def _parts(self, person: PersonId) -> tuple[dict[Id, int], set[Id]]:
        """A person's ids with their numbers, and which of them may have events of somebody else."""
        first = self.find(Id(person))
        if first is None:
            return {}, set()
        if person[0] == "a":
            return {Id(person): first.number}, {Id(person)} if first.person is None else set()
        users = self._component({bare(person)})[0]
        numbered = store.numbers(self._database, [user(name) for name in sorted(users)])
        found = {identity: number for identity, number in numbered.items() if self.person(identity) == person}
        claimed = {
            number for group in store.claimed_by(self._database, list(found.values())).values() for number in group
        }
        shared: set[Id] = set()
        for number, identity in store.names(self._database, sorted(claimed)).items():
            known = self.find(identity)
            if known is not None and (known.person is None or known.person == person):
                found[identity] = number
                if known.person is None:
                    shared.add(identity)
        return found, shared

    def _number_in_memory(self, identity: Id) -> int | None:
        known = self._known.get(identity)
        return None if known is None else known.number

    def _look_up(self, identity: Id, number: int) -> Known:
        name = bare(identity)
        undone = any(name in (undo.one, undo.other) for undo in self.undos)
        if identity[0] == "u":
            aliases = self._component({name})[1]
            return Known(number, Links((), aliases, self.undos).person(identity) if aliases else PersonId(identity))
        users = store.users_of(self._database, [number]).get(number, set())
        if not users:
            return Known(number, PersonId(identity))
        if len(users) > 1 or undone:
            return Known(number, None)
        (claimant,) = store.names(self._database, list(users)).values()
        aliases = self._component({bare(claimant)})[1]
        return Known(number, Links((), aliases, self.undos).person(claimant) if aliases else PersonId(claimant))

    def _links(self, known: Known) -> Links:
        """The claims of one anonymous id that several users share, and the merges of those users."""
        if known.links is None:
            (identity,) = store.names(self._database, [known.number]).values()
            users = list(store.users_of(self._database, [known.number]).get(known.number, ()))
            claims: list[Claim] = store.claims(self._database, (known.number, identity), users) if users else []
            merged = {bare(found) for found in store.names(self._database, users).values()}
            known.first = min((claim.at for claim in claims), default=None)
            known.links = Links(claims, self._component(merged | {bare(identity)})[1], self.undos)
        return known.links

    def _component(self, users: set[str]) -> tuple[set[str], list[Alias]]:
        """User ids that aliases join with these, undone or not, and the aliases themselves."""
        found, new = set(users), set(users)
        aliases: dict[str, Alias] = {}
        while new:
            touching = store.aliases(self._database, sorted(new))
            aliases.update((alias.message_id, alias) for alias in touching)
            new = {name for alias in touching for name in (alias.previous_id, alias.user_id)} - found
            found |= new
        return found, list(aliases.values())
