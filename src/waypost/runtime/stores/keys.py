"""What is kept of keys: a hash, never the key."""

from collections.abc import Sequence

from waypost.model.time import Instant
from waypost.runtime.stores.database import Database, Row


def rows(database: Database) -> list[Row]:
    """Every key: id, kind, name, created at, last used at, revoked at, hash; the oldest first."""
    return database.fetch("keys_all")


def add(database: Database, row: tuple[str, str, str, Instant, bytes]) -> None:
    """Keep a new key: id, kind, name, created at, hash."""
    database.execute("keys_add", row)


def revoke(database: Database, key_id: str, now: Instant) -> None:
    """Write down that a key is no longer valid."""
    database.execute("keys_revoke", (now, key_id))


def used(database: Database, instants: Sequence[tuple[Instant, str]]) -> None:
    """Write down when keys were last used."""
    database.many("keys_used", instants)
