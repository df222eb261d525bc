"""Whether a store's files are still those that were opened: what goes into a deleted file is lost.

The operating system goes on taking writes to a file that was deleted, moved away or replaced by a backup. They must not
be acknowledged, so the names are looked at before each commit.
"""

import os
from pathlib import Path
from typing import Final

from waypost.runtime.stores.database import StoreUnavailable

_File = tuple[int, int]

HINT: Final = "put the file back where it was, or stop the server, restore a backup and start it again"


class Presence:
    """The store at `path` and its write-ahead log, as they are now."""

    def __init__(self, path: Path) -> None:
        self._paths = (os.fspath(path), os.fspath(path) + "-wal")
        self._opened: list[_File | None] = [_identity(path) for path in self._paths]

    def check(self) -> None:
        """Nothing, where both are what was opened.

        Raises:
            StoreUnavailable: Another file, or none, has the name.
        """
        for place, path in enumerate(self._paths):
            found, opened = _identity(path), self._opened[place]
            if opened is None:
                # The log is made by the first transaction.
                self._opened[place] = found
            elif found != opened:
                what = "is gone" if found is None else "was replaced by another file"
                raise StoreUnavailable(
                    "store_unavailable", f"the store {what} beneath the server; nothing of it was kept", HINT
                )


def _identity(path: str) -> _File | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
