"""Which message ids the log has: a hash of each, in memory, sealed in runs in the store.

An index on message ids would write one page of the store for each event, wherever that id sorts; ten times the event
itself. So the ids of the latest events are kept in memory alone (they are read from the log when it is opened), and
when there are enough of them they are sealed: sorted, and written in one piece. A hash that is found is only a suspect;
the text of the id decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from waypost.runtime.stores.database import Database

try:
    # CPython's own: OpenSSL's takes longer to set up than to hash an id.
    from _md5 import md5  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from hashlib import md5

RUN = 65_536
"""How many events are sealed at once."""

_GROWTH: Final = 4
"""Arrays in memory differ in size by this factor, so that few are searched and each hash is moved few times."""

Hashes = npt.NDArray[np.uint64]


def digest(message_id: str) -> int:
    """The hash of a message id, the same in every process; DuckDB's `md5_number_lower` gives it too."""
    return int.from_bytes(md5(message_id.encode("utf-8", "surrogatepass")).digest()[8:], "little")  # noqa: S324


class Seen:
    """The message ids of one log."""

    def __init__(self) -> None:
        self.sealed = 0
        self._tail: dict[int, int] = {}
        self._runs: list[Hashes] = []

    def open(self, database: Database) -> None:
        """Bring in what was sealed since this was last asked; the events behind it are `add`ed by the caller."""
        rows = database.fetch("sealed_after", (self.sealed,))
        if not rows:
            return
        self.sealed = rows[-1][0]
        self._runs.append(np.sort(np.concatenate([np.frombuffer(row[1], dtype="<u8") for row in rows])))
        self._settle()
        self._tail = {hash_: seq for hash_, seq in self._tail.items() if seq > self.sealed}

    def add(self, hashes: Iterable[int], first_seq: int) -> None:
        """Take in events that were appended, in their order from a position on."""
        self._tail.update(zip(hashes, range(first_seq, 2**62), strict=False))

    def remove(self, hashes: Iterable[int]) -> None:
        """Let go of events that were not kept after all."""
        for hash_ in hashes:
            self._tail.pop(hash_, None)

    def find(self, database: Database, ids: Mapping[str, int]) -> set[str]:
        """Which of these message ids, with their hashes, are in the log."""
        tail = self._tail
        recent = {message_id: tail[hash_] for message_id, hash_ in ids.items() if hash_ in tail}
        found = _confirmed(database, recent)
        old = self._suspects(ids)
        if old:
            found |= _confirmed(database, _places(database, {message_id: ids[message_id] for message_id in old}))
        return found

    @property
    def is_full(self) -> bool:
        """Whether it is time to seal."""
        return len(self._tail) >= RUN

    def seal(self, database: Database, last_seq: int) -> None:
        """Write the hashes of the events behind the last run, up to a position, in one piece. In a transaction."""
        hashes = np.fromiter(self._tail.keys(), dtype="<u8", count=len(self._tail))
        places = np.fromiter(self._tail.values(), dtype="<i8", count=len(self._tail))
        order = np.argsort(hashes)
        database.execute("sealed_add", (last_seq, hashes[order].tobytes(), places[order].tobytes()))

    def _suspects(self, ids: Mapping[str, int]) -> list[str]:
        if not self._runs:
            return []
        wanted = np.fromiter(ids.values(), dtype=np.uint64, count=len(ids))
        hit = np.zeros(len(ids), dtype=bool)
        for run in self._runs:
            places = run.searchsorted(wanted)
            places[places == len(run)] = 0
            hit |= run[places] == wanted
        return [message_id for message_id, is_hit in zip(ids, hit, strict=True) if is_hit] if hit.any() else []

    def _settle(self) -> None:
        runs = self._runs
        while len(runs) > 1 and len(runs[-2]) < _GROWTH * len(runs[-1]):
            last = runs.pop()
            # Two sorted runs one after the other: the stable sort merges them.
            runs[-1] = np.sort(np.concatenate([runs[-1], last]), kind="stable")


def _places(database: Database, ids: Mapping[str, int]) -> dict[str, int]:
    """Where in the log these hashes are, the latest runs first; each run is read once."""
    left, found = dict(ids), dict[str, int]()
    for (last_seq,) in database.fetch("sealed_runs"):
        ((hashes, places),) = database.fetch("sealed_run", (last_seq,))
        run, seqs = np.frombuffer(hashes, dtype="<u8"), np.frombuffer(places, dtype="<i8")
        names, wanted = list(left), np.fromiter(left.values(), dtype=np.uint64, count=len(left))
        spots = run.searchsorted(wanted)
        spots[spots == len(run)] = 0
        for place in np.flatnonzero(run[spots] == wanted):
            found[names[place]] = int(seqs[spots[place]])
            del left[names[place]]
        if not left:
            break
    return found


def _confirmed(database: Database, suspects: Mapping[str, int]) -> set[str]:
    """The suspects whose event has that very message id."""
    if not suspects:
        return set()
    names = {seq: message_id for message_id, seq in suspects.items()}
    rows: Sequence[tuple[int, str]] = database.among("events_message_ids", list(names))
    return {message_id for seq, message_id in rows if names[seq] == message_id}
