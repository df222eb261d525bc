"""The port to a database: transactions, and named queries from `queries.sql`.

Every query has a name and a sentence there; stores call them by name, so that a reader finds all SQL on one page. This
file must not know any table. `sqlite.py` is the port on SQLite; another database is one more file like it.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Any, Protocol

from waypost.model.problems import Problem

Cell = int | str | bytes | None
"""What one column of one row may be."""

Row = tuple[Any, ...]
"""One row; the store that asked for it knows its columns."""


class StoreRefused(Problem):
    """A store that cannot be opened: of a newer release, in use by another server, or no store at all."""


class StoreUnavailable(Problem):
    """A transaction that was not kept: the disk is full, the file is locked or cannot be written. Try it again."""


class StoreDamaged(Problem):
    """A store whose file is not what was written into it. Nothing but a backup helps."""


class Database(Protocol):
    """One connection to a store. A connection is used by one thread at a time."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is committed together when the block ends, or nothing where it raises.

        Raises:
            StoreUnavailable: Where the store cannot write; nothing was kept.
        """

    def check(self) -> None:
        """Nothing, as long as what is written goes where whoever opens the store next will find it.

        Raises:
            StoreUnavailable: Where the store was moved, deleted or replaced since it was opened.
        """

    def fetch(self, query: str, parameters: Sequence[Cell] = ()) -> list[Row]:
        """All rows of a named query."""

    def execute(self, query: str, parameters: Sequence[Cell] = ()) -> None:
        """Run a named query that answers nothing."""

    def many(self, query: str, rows: Sequence[Sequence[Cell]]) -> None:
        """Run a named query once for each row of parameters."""

    def among(self, query: str, values: Sequence[Cell], parameters: Sequence[Cell] = ()) -> list[Row]:
        """All rows of a named query whose `(VALUES)` stands for a list of any length; `parameters` come after it."""

    def foreign_commits(self) -> bool:
        """Whether another connection has written since this was last asked."""

    def reader(self) -> "Database":
        """A further connection, for reading what is committed, on another thread."""

    def tend(self) -> None:
        """Do what keeps the store quick, between two transactions and quickly."""

    def close(self) -> None:
        """Give the connection back."""


def queries() -> Mapping[str, str]:
    """All named queries: `-- name: sentence`, then the SQL up to the next such line."""
    text = files(__package__).joinpath("queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- (\w+): .+$", text, flags=re.MULTILINE)
    return {name: sql.strip().rstrip(";") for name, sql in zip(parts[1::2], parts[2::2], strict=True)}


def migrations() -> Mapping[int, str]:
    """The numbered migrations by number: each is SQL that takes a store from the one before."""
    folder = files(__package__).joinpath("migrations")
    found = {
        int(item.name[:4]): item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name[:4].isdigit()
    }
    return dict(sorted(found.items()))
