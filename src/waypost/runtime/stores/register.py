"""What is known of every id by its number, in dense columns: where its log ends, when to look, where its profile lies.

Three numbers an id, in memory; the store has them in chunks, written now and then. An index would be a page of the
store for each event. Whatever is newer than its chunk is found again by reading the end of the log.
"""

from array import array
from collections.abc import Iterable
from typing import Final

import numpy as np

from waypost.model.time import Instant
from waypost.runtime.stores.database import Database

CHUNK: Final = 2_048
"""Ids to a chunk."""

NEVER: Final = 2**62
_COLUMNS: Final = 3


class Register:
    """The columns of one store: `heads`, `wakes`, `snapshots`, each by the number of an id."""

    def __init__(self) -> None:
        self.heads = array("q")
        self.wakes = array("q")
        self.snapshots = array("q")
        self.snapshot_count = 0
        self._changed: set[int] = set()
        self._grow(CHUNK)

    def open(self, database: Database) -> None:
        """Read what was written."""
        for chunk, data in database.fetch("register_all"):
            self.room(chunk * CHUNK + CHUNK - 1)
            columns = np.frombuffer(data, dtype="<i8").reshape(_COLUMNS, CHUNK)
            start = chunk * CHUNK
            for column, values in zip((self.heads, self.wakes, self.snapshots), columns, strict=True):
                column[start : start + CHUNK] = array("q", values.tobytes())
        self.snapshot_count = sum(1 for row in self.snapshots if row)

    def room(self, number: int) -> None:
        """Make room for an id's number."""
        if number >= len(self.heads):
            self._grow((max(number + 1, len(self.heads) * 5 // 4) // CHUNK + 1) * CHUNK)

    def head(self, number: int, seq: int) -> None:
        """An id's log ends at a position now."""
        self.room(number)
        self.heads[number] = seq
        self._changed.add(number // CHUNK)

    def wake(self, number: int, at: Instant | None) -> None:
        """The person with this number must be looked at then, or never."""
        self.room(number)
        self.wakes[number] = NEVER if at is None else at
        self._changed.add(number // CHUNK)

    def snapshot(self, number: int, row: int) -> None:
        """The person's profile lies in this row; 0 for none."""
        self.room(number)
        self.snapshot_count += bool(row) - bool(self.snapshots[number])
        self.snapshots[number] = row
        self._changed.add(number // CHUNK)

    def snapshot_of(self, number: int) -> int:
        """The row of the person's profile; 0 for none."""
        return self.snapshots[number] if number < len(self.snapshots) else 0

    def due(self, after: Instant, until: Instant) -> list[tuple[Instant, int]]:
        """Who must be looked at in (after, until]."""
        wakes = np.frombuffer(self.wakes, dtype=np.int64)
        numbers = np.flatnonzero((wakes > after) & (wakes <= until))
        return list(zip(wakes[numbers].tolist(), numbers.tolist(), strict=True))

    def wake_everyone(self, at: Instant) -> None:
        """Everyone with an event must be looked at."""
        for number, head in enumerate(self.heads):
            if head:
                self.wake(number, at)

    @property
    def changed(self) -> list[int]:
        """The chunks that are newer than the store."""
        return sorted(self._changed)

    def write(self, database: Database, chunks: Iterable[int]) -> None:
        """Write chunks, in a transaction."""
        rows = []
        for chunk in chunks:
            start, end = chunk * CHUNK, chunk * CHUNK + CHUNK
            data = b"".join(column[start:end].tobytes() for column in (self.heads, self.wakes, self.snapshots))
            rows.append((chunk, data))
            self._changed.discard(chunk)
        database.many("register_write", rows)

    def rewrite(self, chunks: Iterable[int]) -> None:
        """These chunks were not kept after all."""
        self._changed.update(chunks)

    def _grow(self, size: int) -> None:
        more = size - len(self.heads)
        self.heads.extend(array("q", bytes(8 * more)))
        self.wakes.extend(array("q", [NEVER]) * more)
        self.snapshots.extend(array("q", bytes(8 * more)))
