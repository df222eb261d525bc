"""The port on SQLite: one file beside the project (or memory, for tests), durable when a transaction returns.

WAL with `synchronous=FULL`: readers never wait for the writer, and a commit is on disk before it is acknowledged. A
server brings the write-ahead log into the store beside its work (`checkpoints`). It takes the lock file beside the
store, so that a second one is refused; other commands may write beside it.
"""

import fcntl
import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Final
from weakref import WeakSet

from waypost.runtime.stores.checkpoints import MUCH, Checkpoints
from waypost.runtime.stores.database import (
    Cell,
    Database,
    Row,
    StoreDamaged,
    StoreRefused,
    StoreUnavailable,
    migrations,
    queries,
)
from waypost.runtime.stores.presence import Presence

PATIENCE: Final = 10.0
"""Seconds that a writer waits for another process's transaction."""

CHECKPOINT_PAGES: Final = 16_384
AMONG: Final = 8_192
"""How many values one statement takes."""

MANY: Final = 512
"""How many rows one statement takes."""

_ROW: Final = re.compile(r"VALUES (\((?:\?|\d+|NULL)(?:, (?:\?|\d+|NULL))*\))")

CACHE_KIB: Final = 64 * 1024


class Sqlite:
    """One connection to a store in a file, or in memory where `path` is None."""

    def __init__(self, path: Path | None, *, read_only: bool = False, tended: bool = False) -> None:
        self.path = path
        self._queries: Mapping[str, str] = queries()
        self._many: dict[tuple[str, int], str] = {}
        self._lock = threading.RLock()
        self._version = 0
        self._presence: Presence | None = None
        if path is not None and not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _connect(path, read_only)
            if not read_only:
                self._migrate()
        except sqlite3.DatabaseError as error:
            raise StoreRefused(
                "store_unreadable",
                f"the store {path} cannot be opened: {error}",
                "check the path in WAYPOST_STORE and the permissions of its folder, or restore a backup",
            ) from error
        self.foreign_commits()
        if path is not None:
            self._presence = Presence(path)
        self._checkpoints = Checkpoints(path) if tended and path is not None else None
        if self._checkpoints is not None:
            self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            self._connection.execute(f"PRAGMA journal_size_limit = {MUCH // 2 * 4_096}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed together when the block ends, or nothing where it raises."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self.check()
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.DatabaseError as error:
                said = f"the store did not take the write: {error}; nothing of it was kept"
                hint = "free some space on its disk or end what holds the file, then send it again"
                raise _told(error, said, hint) from error

    def check(self) -> None:
        """Nothing, as long as what is written goes where whoever opens the store next will find it."""
        if self._presence is not None:
            self._presence.check()

    def fetch(self, query: str, parameters: Sequence[Cell] = ()) -> list[Row]:
        """All rows of a named query."""
        return self._rows(self._queries[query], parameters)

    def _rows(self, sql: str, parameters: Sequence[Cell]) -> list[Row]:
        try:
            with self._lock:
                return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            hint = "look at its disk and at how many files may be open, then ask again"
            raise _told(error, f"the store cannot be read: {error}", hint) from error

    def execute(self, query: str, parameters: Sequence[Cell] = ()) -> None:
        """Run a named query that answers nothing."""
        with self._lock:
            self._connection.execute(self._queries[query], parameters)

    def many(self, query: str, rows: Sequence[Sequence[Cell]]) -> None:
        """Run a named query once for each row of parameters; one of `VALUES (…)` takes many rows in one statement.

        Each statement lets go of the interpreter's lock and has to win it back; with one a row, threads would wait for
        each other thousands of times a second.
        """
        if _ROW.search(self._queries[query]) is None:
            with self._lock:
                self._connection.executemany(self._queries[query], rows)
            return
        start = 0
        while start < len(rows):
            size = min(1 << ((len(rows) - start).bit_length() - 1), MANY)
            cells = list(chain.from_iterable(rows[start : start + size]))
            with self._lock:
                self._connection.execute(self._repeated(query, size), cells)
            start += size

    def among(self, query: str, values: Sequence[Cell], parameters: Sequence[Cell] = ()) -> list[Row]:
        """All rows of a named query whose `(VALUES)` stands for a list of any length; `parameters` come after it."""
        found: list[Row] = []
        for start in range(0, len(values), AMONG):
            part = [*values[start : start + AMONG]]
            # Filled up to a power of two: then there are few statements, and each stays prepared.
            part += part[-1:] * ((1 << (len(part) - 1).bit_length()) - len(part))
            sql = self._queries[query].replace("(VALUES)", f"({','.join('?' * len(part))})")
            found += self._rows(sql, (*part, *parameters))
        return found

    def _repeated(self, query: str, size: int) -> str:
        known = self._many.get((query, size))
        if known is None:
            known = _ROW.sub(lambda row: "VALUES " + ", ".join([row[1]] * size), self._queries[query])
            self._many[query, size] = known
        return known

    def foreign_commits(self) -> bool:
        """Whether another connection has written since this was last asked."""
        with self._lock:
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        changed = version != self._version
        self._version = version
        return changed

    def limit_pages(self, pages: int) -> None:
        """Refuse to grow beyond so many pages, as a full disk would (for tests of exactly that)."""
        self._connection.execute(f"PRAGMA max_page_count = {int(pages)}")

    def reader(self) -> Database:
        """A further connection for reading; of a store in memory, the same one."""
        return self if self.path is None else Sqlite(self.path, read_only=True)

    def tend(self) -> None:
        """Let the write-ahead log begin anew where nearly all of it is in the store already."""
        if self._checkpoints is not None and self._checkpoints.nearly_done:
            self._checkpoints.nearly_done = False
            with self._lock:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close the connection; the last one to close a file empties its write-ahead log into it."""
        if self._checkpoints is not None:
            self._checkpoints.stop()
        with self._lock:
            self._connection.close()

    def _migrate(self) -> None:
        found = self._format()
        known = migrations()
        newest = max(known)
        if found > newest:
            self._connection.close()
            raise StoreRefused(
                "store_newer",
                f"the store {self.path} was written by a newer release of Waypost (its format is {found}, this release "
                f"knows {newest})",
                "install that release again, or restore a backup made before it",
            )
        if found == newest:
            return
        with self.transaction():
            # Another process may have been quicker.
            found = self._format()
            for number, sql in known.items():
                if number > found:
                    for statement in _statements(sql):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA user_version = {number}")

    def _format(self) -> int:
        found: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        return found


def _statements(sql: str) -> Iterator[str]:
    """The statements of a migration, one after the other."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _told(error: sqlite3.DatabaseError, said: str, hint: str) -> Exception:
    """What to raise for an error of SQLite's; where the store lies is no business of whoever sends events."""
    if isinstance(error, sqlite3.OperationalError):
        return StoreUnavailable("store_unavailable", said, hint)
    if type(error) is sqlite3.DatabaseError:
        return StoreDamaged("store_damaged", f"the store is damaged: {error}", "stop the server and restore a backup")
    return error


def _connect(path: Path | None, read_only: bool) -> sqlite3.Connection:
    address = ":memory:" if path is None else f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(
        address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    pragmas = [f"cache_size = -{CACHE_KIB}", "temp_store = MEMORY", "mmap_size = 268435456"]
    if not read_only:
        pragmas += ["journal_mode = WAL", "synchronous = FULL", f"wal_autocheckpoint = {CHECKPOINT_PAGES}"]
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


_taken: Final["WeakSet[HostLock]"] = WeakSet()


def _let_go() -> None:
    """In a forked child: it must not hold a lock on, when the process that took it has ended."""
    for lock in list(_taken):
        lock.release()


os.register_at_fork(after_in_child=_let_go)


class HostLock:
    """The right to be the one server of a store: a lock of the operating system, gone with the process."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def take(self) -> bool:
        """Whether this process is the store's host now."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreRefused(
                "store_unreadable",
                f"no store can be kept at {self._path.with_suffix('')}: {error.strerror}",
                "check the path in WAYPOST_STORE, and the permissions of its folder",
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        with suppress(OSError):  # the lock holds on a full disk too, only its holder's name is missing
            os.truncate(file, 0)
            os.write(file, str(os.getpid()).encode())
        self._file = file
        _taken.add(self)
        return True

    def holder(self) -> str:
        """The process id of the host, as it wrote it."""
        return self._path.read_text(encoding="utf-8") if self._path.exists() else "unknown"

    def release(self) -> None:
        """Give the right back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
