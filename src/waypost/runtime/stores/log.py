"""The log as its writer sees it: append-only, each message id once, each owner's events in a chain.

An event is written once, behind all others, and points back at the one before it of the same owner, so that no index
has to be kept on disk: `seen` knows the message ids, `register` where each chain ends. Both are brought up to date from
the end of the log when a store is opened. What a transaction appends counts for other readers when it is `keep`t.
"""

from collections.abc import Iterable, Mapping, Sequence

from waypost.model.events import Event
from waypost.model.people import Claim, Id, bare
from waypost.model.time import Instant
from waypost.runtime.stores.database import Cell, Database
from waypost.runtime.stores.events import event_of
from waypost.runtime.stores.register import Register
from waypost.runtime.stores.seen import Seen, digest

PAGE = 50_000


class Log:
    """The log of one store, through one connection; `over` is the same log for another thread to read."""

    def __init__(self, database: Database, register: Register | None = None) -> None:
        self.database = database
        self.register = register or Register()
        self.last = 0
        self._seen = Seen()
        self._heads: dict[int, int] = {}
        self._appended: list[int] = []

    def over(self, reader: Database) -> "Log":
        """The same log through a connection of the reader's own."""
        return Log(reader, self.register)

    def catch_up(self, behind: int) -> dict[int, bool]:
        """Take in what was appended behind a position by others, or before this was opened.

        Returns:
            The owners of those events, and whether any of theirs can change who is who.
        """
        owners: dict[int, bool] = {}
        self._seen.open(self.database)
        start = min(behind, self._seen.sealed)
        self.last = max(self.last, behind)
        while page := self.database.fetch("events_tail", (start, PAGE)):
            for seq, message_id, owner, links in page:
                if seq > self._seen.sealed:
                    self._seen.add((digest(message_id),), seq)
                if seq > behind:
                    self.register.room(owner)
                    self.register.head(owner, seq)
                    owners[owner] = owners.get(owner, False) or bool(links)
            start = self.last = page[-1][0]
        return owners

    def known(self, ids: Mapping[str, int]) -> set[str]:
        """Which of these message ids, with their hashes, are in the log."""
        return self._seen.find(self.database, ids)

    def append(self, rows: Sequence[Sequence[Cell]], owners: Sequence[int], hashes: Sequence[int]) -> None:
        """Append events whose message ids are new, in a transaction: columns, owners and hashes of the ids."""
        heads, register, seq = self._heads, self.register.heads, self.last
        self._seen.add(hashes, seq + 1)
        self._appended += hashes
        self.register.room(max(owners, default=0))
        linked = []
        for row, owner in zip(rows, owners, strict=True):
            seq += 1
            linked.append((seq, owner, heads.get(owner) or register[owner] or None, *row))
            heads[owner] = seq
        self.last = seq
        self.database.many("events_append", linked)

    def keep(self) -> None:
        """The transaction was kept."""
        if self._heads:
            self.register.room(max(self._heads))
            for owner, seq in self._heads.items():
                self.register.head(owner, seq)
            self._heads.clear()
            self._appended.clear()

    def undo(self) -> None:
        """The transaction was not kept."""
        self.last -= len(self._appended)
        self._seen.remove(self._appended)
        self._heads.clear()
        self._appended.clear()

    def seal(self) -> bool:
        """Write the hashes of the latest message ids where it is time; whether it was. In a transaction."""
        if not self._seen.is_full:
            return False
        self._seen.seal(self.database, self.last)
        return True

    def sealed(self) -> None:
        """What was sealed is kept."""
        self._seen.open(self.database)

    def ends(self, owners: Sequence[int]) -> int:
        """The position of the last kept event of these owners, 0 where they have none."""
        heads = self.register.heads
        return max((heads[owner] for owner in owners if owner < len(heads)), default=0)

    def has(self, owner: int) -> bool:
        """Whether an owner has an event, those of this transaction too."""
        return self._head(owner) != 0

    def of_owners(self, owners: Sequence[int], behind: int = 0, enough: int | None = None) -> list[Event]:
        """All events of these owners that lie behind a position, in no particular order; of each at most enough."""
        return [
            event_of(row)
            for owner in owners
            if (head := self._head(owner)) > behind
            for row in self.database.fetch("events_chain", (head, behind, -1 if enough is None else enough))
        ]

    def latest_of(self, owner: int) -> Instant | None:
        """The instant of the latest event of an owner."""
        head = self._head(owner)
        latest: Instant | None = self.database.fetch("events_chain_latest", (head,))[0][0] if head else None
        return latest

    def carrying(self, anonymous: int, claimants: Sequence[int], behind: int = 0) -> list[Event]:
        """The same of all events that carry an anonymous id, which these users claimed."""
        found = self.of_owners([anonymous], behind)
        for owner in claimants:
            if (head := self._head(owner)) > behind:
                rows = self.database.fetch("events_chain_with", (head, behind, anonymous))
                found += [event_of(row) for row in rows]
        return found

    def heads(self, owners: Iterable[int]) -> tuple[int, ...]:
        """The position of the last event of each owner, 0 where they have none."""
        return tuple(map(self._head, owners))

    def claims(self, anonymous: tuple[int, Id], users: Sequence[int]) -> list[Claim]:
        """Every message by which one of these users claimed an anonymous id."""
        number, identity = anonymous
        return [
            Claim(bare(identity), user[2:], at, message_id)
            for owner in users
            if (head := self._head(owner))
            for user, at, message_id in self.database.fetch("claims_of", (head, number))
        ]

    def _head(self, owner: int) -> int:
        head = self._heads.get(owner)
        if head is not None:
            return head
        return self.register.heads[owner] if owner < len(self.register.heads) else 0
