"""People: the numbers of their ids, the links between ids, and their cached profiles.

Everything here is derived from the log and written with it, or dropped and derived again. Numbers stand for ids in
every other table, so that a long id is stored once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from waypost.model.people import Alias, Claim, Id, Undo, bare
from waypost.model.time import Instant
from waypost.runtime.stores.database import Cell, Database

PAGE: Final = 10_000


@dataclass(slots=True)
class Cached:
    """A profile as it is stored: `seq` is the last event it stands for, `data` None where there is only a wake-up."""

    seq: int
    wake: Instant | None
    future: Instant | None
    push: Instant | None
    data: bytes | None


def numbers(database: Database, ids: Sequence[Id]) -> dict[Id, int]:
    """The numbers of those ids that have one."""
    return {Id(identity): number for identity, number in database.among("ids_numbers", ids)}


def names(database: Database, found: Sequence[int]) -> dict[int, Id]:
    """The ids with these numbers."""
    return {number: Id(identity) for number, identity in database.among("ids_names", found)}


def add_ids(database: Database, ids: Sequence[Id]) -> dict[Id, int]:
    """Numbers for ids that have none yet."""
    database.many("ids_add", [(identity,) for identity in ids])
    return numbers(database, ids)


def all_ids(database: Database) -> Iterator[tuple[int, Id]]:
    """Every id with its number."""
    after = 0
    while page := database.fetch("ids_after", (after, PAGE)):
        yield from page
        after = page[-1][0]


def users_of(database: Database, anonymous: Sequence[int]) -> dict[int, set[int]]:
    """The users that ever claimed each of these anonymous ids."""
    return _grouped(database.among("links_of_anonymous", anonymous), 0)


def claimed_by(database: Database, users: Sequence[int]) -> dict[int, set[int]]:
    """The anonymous ids that each of these users ever claimed."""
    return _grouped(database.among("links_of_user", users), 1)


def link(database: Database, pairs: Sequence[tuple[int, int]]) -> None:
    """Remember that users claimed anonymous ids: pairs of anonymous id and user."""
    database.many("links_add", pairs)


def claims(database: Database, anonymous: tuple[int, Id], users: Sequence[int]) -> list[Claim]:
    """Every message by which one of these users claimed an anonymous id."""
    number, identity = anonymous
    rows = database.among("claims_of", users, (number,))
    return [Claim(bare(identity), user[2:], at, message_id) for user, at, message_id in rows]


def add_alias(database: Database, alias: Alias) -> None:
    """Remember an explicit merge."""
    database.execute("aliases_add", (alias.message_id, alias.previous_id, alias.user_id, alias.at))


def aliases(database: Database, users: Sequence[str]) -> list[Alias]:
    """The merges in which one of these user ids has a part."""
    rows = database.among("aliases_from", users) + database.among("aliases_into", users)
    return [Alias(*row) for row in rows]


def add_undo(database: Database, message_id: str, undo: Undo) -> None:
    """Remember what was taken back."""
    database.execute("undos_add", (message_id, undo.one, undo.other, undo.start, undo.end))


def undos(database: Database) -> list[Undo]:
    """Everything that was taken back."""
    return [Undo(*row) for row in database.fetch("undos_all")]


def add_external(database: Database, rows: Sequence[tuple[str, str, int]]) -> None:
    """Let values of traits look people up: value, trait, owner."""
    database.many("external_add", rows)


def external(database: Database, value: str) -> list[tuple[str, int]]:
    """The traits that had this value, with their owners."""
    return [(trait, owner) for trait, owner in database.fetch("external_find", (value,))]


def forget_external(database: Database) -> None:
    """Forget all external ids; they are read from the log again."""
    database.execute("external_clear")


def cached(database: Database, person: int) -> Cached | None:
    """The cached profile of a person."""
    rows = database.fetch("profile", (person,))
    return Cached(*rows[0]) if rows else None


def cache(database: Database, rows: Sequence[Sequence[Cell]]) -> None:
    """Cache profiles: person, seq, wake, future, push, data."""
    database.many("profile_set", rows)


def drop(database: Database, people: Sequence[int]) -> None:
    """Drop cached profiles, their wake-ups with them."""
    database.many("profile_drop", [(person,) for person in people])


def wake_at(database: Database, people: Sequence[int], at: Instant) -> None:
    """Drop cached profiles and have their people looked at, at an instant."""
    database.many("profile_wake", [(person, at) for person in people])


def wake_all(database: Database, at: Instant) -> None:
    """Drop the cached profiles of everyone who has one, and have them looked at."""
    database.execute("profiles_wake_all", (at,))


def due(database: Database, after: Instant, until: Instant) -> list[tuple[Instant, int]]:
    """Who must be looked at in (after, until]."""
    return [(wake, person) for wake, person in database.fetch("profiles_due", (after, until))]


def _grouped(rows: Sequence[tuple[int, ...]], key: int) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row[key], set()).add(row[1 - key])
    return found
