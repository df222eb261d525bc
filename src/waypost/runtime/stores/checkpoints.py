"""Bringing SQLite's write-ahead log into the store beside a server's work, on a thread and a connection of its own.

A checkpoint writes and syncs many pages at once; done by the writer it would hold every sender for as long. A passive
one holds nobody. It cannot finish while the writer goes on, so when little is left it says so, and the writer does the
rest between two transactions: then the log begins anew instead of growing.
"""

import sqlite3
import threading
from pathlib import Path
from typing import Final

EVERY: Final = 0.5
"""Seconds between two looks at the log."""

MUCH: Final = 8_192
"""Pages from which on a checkpoint is worth its while; a log that begins anew is cut to less."""

LITTLE: Final = 512
"""Pages that the writer may be asked to do."""


class Checkpoints:
    """The thread, until it is stopped. `nearly_done` asks the writer to finish."""

    def __init__(self, path: Path) -> None:
        self.nearly_done = False
        self._path = path
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waypost-checkpoints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=0)
        try:
            while not self._stopping.wait(EVERY):
                if self._pages() >= MUCH and not self.nearly_done:
                    self._checkpoint(connection)
        finally:
            connection.close()

    def _pages(self) -> int:
        log = self._path.with_name(self._path.name + "-wal")
        return log.stat().st_size // 4_096 if log.exists() else 0

    def _checkpoint(self, connection: sqlite3.Connection) -> None:
        try:
            _, total, done = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.OperationalError:
            return  # the disk is full, or another process is at it: the log grows, and the next look tries again
        self.nearly_done = total - done <= LITTLE
