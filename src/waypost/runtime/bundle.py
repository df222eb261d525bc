"""The Runtime: everything that the verbs of this floor work with, in one bundle without verbs of its own.

`start.open_runtime` makes one. Fields that change (the live definitions, whether delivery is paused) are replaced
whole, so that any thread may read them; what is in memory of the store (`log` to `timers`) belongs to the
committing thread; `reading` gives other threads a connection.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, LifoQueue
from typing import Protocol

from waypost.engine.program import Program
from waypost.engine.tracking import Check
from waypost.model.changes import Definitions
from waypost.model.time import Instant
from waypost.runtime.channels import Channel
from waypost.runtime.clock import Clock
from waypost.runtime.commits import Commits
from waypost.runtime.identity import Identities
from waypost.runtime.profiles import Profiles
from waypost.runtime.settings import Settings
from waypost.runtime.stores.database import Database
from waypost.runtime.stores.log import Log
from waypost.runtime.timers import Timers
from waypost.runtime.views import Views


@dataclass(frozen=True, slots=True)
class Live:
    """The definition set that is live, made ready, and since when. The first of a store is live from its beginning."""

    definitions: Definitions
    program: Program
    check: Check
    pushes: bool
    since: Instant


@dataclass(slots=True)
class Writing:
    """Where `writing` is: its round's position in the log, the profiles and chunks that it still has to write.

    `upto` is None between two rounds, `written` the position of the last one that was finished, `under` the definition
    set that was live when this one began.
    """

    written: int = 0
    under: str = ""
    upto: int | None = None
    profiles: int = 0
    chunks: list[int] | None = None
    done: list[int] = field(default_factory=list)


class Lock(Protocol):
    """The right to be a store's host."""

    def release(self) -> None:
        """Give it back."""


@dataclass(slots=True)
class Runtime:
    """One open Waypost."""

    settings: Settings
    clock: Clock
    database: Database
    log: Log
    identities: Identities
    profiles: Profiles
    timers: Timers
    live: Live
    paused: bool
    hosted: Lock | None
    views: Views = field(default_factory=Views)
    writing: Writing = field(default_factory=Writing)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    interpreter: tuple[tuple[int, int, int], float] | None = None
    _commits: Commits | None = None
    _readers: LifoQueue[Database] = field(default_factory=LifoQueue)

    @property
    def commits(self) -> Commits:
        """The thread that commits."""
        assert self._commits is not None, "start.open_runtime sets it"  # noqa: S101
        return self._commits

    @property
    def is_host(self) -> bool:
        """Whether this process is the store's server, or the only one that writes."""
        return self.hosted is not None or self.settings.store_path is None

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection for reading what is committed, on any thread."""
        try:
            reader = self._readers.get_nowait()
        except Empty:
            reader = self.database.reader()
        try:
            yield reader
        finally:
            self._readers.put(reader)

    def reading_log(self, reader: Database) -> Log:
        """The log through a reader's connection."""
        return self.log.over(reader)

    def close_readers(self) -> None:
        """Close the connections that were used for reading."""
        while not self._readers.empty():
            reader = self._readers.get_nowait()
            if reader is not self.database:
                reader.close()
