"""Which users merges join: each circle is gathered once, and remembered until another merge reaches it.

A write key is in every browser, and anybody can send a chain of ten thousand merges with it; so one more merge must
not have the whole chain read again. `engine.people` knows what the merges of a circle mean.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waypost.engine.people import Links
from waypost.model.people import Alias, PersonId, Undo, user
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Database


@dataclass(slots=True, eq=False)
class Circle:
    """Users whom aliases join, taken back or not, and those aliases by their message ids. Only to read."""

    users: set[str]
    aliases: dict[str, Alias]
    links: Links | None = None


class Circles:
    """The circles of one store, as far as anybody asked for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._merged: set[str] = set()
        self._known: dict[str, Circle] = {}
        self._undos: Sequence[Undo] = ()

    def reset(self, undos: Sequence[Undo]) -> None:
        """Forget everything, and read again who has a part in a merge; `undos` is what was taken back."""
        self.forget()
        self._merged = store.aliased(self._database)
        self._undos = undos

    def forget(self) -> None:
        """Forget the circles, but not who has a part in a merge."""
        self._known.clear()

    def is_merged(self, name: str) -> bool:
        """Whether a user has a part in any merge, taken back or not."""
        return name in self._merged

    def add(self, alias: Alias) -> None:
        """Keep one more merge; it makes one circle of two."""
        one, other = self.of(alias.previous_id), self.of(alias.user_id)
        store.add_alias(self._database, alias)
        self._merged |= {alias.previous_id, alias.user_id}
        large, small = (one, other) if len(one.users) >= len(other.users) else (other, one)
        if large is not small:
            large.users |= small.users
            large.aliases |= small.aliases
        large.aliases[alias.message_id] = alias
        large.links = None
        self._known.update((name, large) for name in (*small.users, alias.previous_id, alias.user_id))

    def of(self, name: str) -> Circle:
        """The circle of a user; of one without merges, they alone."""
        known = self._known.get(name)
        if known is None:
            aliases = store.circle(self._database, name) if name in self._merged else []
            known = Circle({name}, {alias.message_id: alias for alias in aliases})
            known.users.update(one for alias in aliases for one in (alias.previous_id, alias.user_id))
            if aliases:
                self._known.update((one, known) for one in known.users)
        return known

    def gather(self, names: Iterable[str]) -> list[Circle]:
        """The circles of these users, each once."""
        found: dict[int, Circle] = {}
        inside: set[str] = set()
        for name in names:
            if name not in inside:
                circle = self.of(name)
                found[id(circle)] = circle
                inside |= circle.users
        return list(found.values())

    def person(self, name: str) -> PersonId:
        """The person that a user's merges make of them."""
        if name not in self._merged:
            return PersonId(user(name))
        circle = self.of(name)
        if circle.links is None:
            circle.links = Links((), circle.aliases.values(), self._undos)
        return circle.links.person(user(name))
