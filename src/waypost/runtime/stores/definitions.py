"""Definition sets that were ever live, with their files, and the facts that hold for the whole store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from waypost.model.time import Instant
from waypost.runtime.stores.database import Database


@dataclass(frozen=True, slots=True)
class Applied:
    """That a definition set went live, when and why."""

    number: int
    hash: str
    at: Instant
    reason: str


def keep(database: Database, hash_: str, files: Mapping[str, str]) -> None:
    """Keep the files of a definition set, so that decisions can name it for ever."""
    database.execute("definition_set_add", (hash_, json.dumps(dict(files), ensure_ascii=False, sort_keys=True)))


def files(database: Database, hash_: str) -> dict[str, str] | None:
    """The files of a definition set by their paths."""
    rows = database.fetch("definition_set", (hash_,))
    return dict(json.loads(rows[0][0])) if rows else None


def apply(database: Database, hash_: str, at: Instant, reason: str) -> None:
    """Write down that a definition set went live."""
    database.execute("applied_add", (hash_, at, reason))


def applied(database: Database, limit: int = 100) -> list[Applied]:
    """Which definition sets went live, the latest first."""
    return [Applied(*row) for row in database.fetch("applied_all", (limit,))]


def fact(database: Database, name: str) -> str | None:
    """A fact of the store, None where it was never said."""
    rows = database.fetch("fact", (name,))
    return str(rows[0][0]) if rows else None


def say(database: Database, name: str, value: str | None) -> None:
    """Remember a fact of the store; None forgets it."""
    if value is None:
        database.execute("fact_drop", (name,))
    else:
        database.execute("fact_set", (name, value))
