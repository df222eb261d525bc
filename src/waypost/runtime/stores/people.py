"""People: the numbers of their ids, the links between ids, and their cached profiles.

Everything here is derived from the log and written with it, or dropped and derived again. Numbers stand for ids in
every other table, so that a long id is stored once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from waypost.model.people import Alias, Id, Undo
from waypost.model.time import Instant
from waypost.runtime.stores.database import Database

PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A profile as it is stored: of whom, the last event it stands for, when to look again, and its bytes."""

    person: int
    seq: int
    wake: Instant | None
    future: Instant | None
    push: Instant | None
    muted: Instant
    data: bytes


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


def count_ids(database: Database) -> int:
    """How many ids there are."""
    return int(database.fetch("ids_count")[0][0])


def ids_after(database: Database, after: int, limit: int) -> list[tuple[int, Id]]:
    """The next ids in the order of their numbers, each with its number."""
    return [(number, Id(identity)) for number, identity in database.fetch("ids_after", (after, limit))]


def all_ids(database: Database) -> Iterator[tuple[int, Id]]:
    """Every id with its number."""
    after = 0
    while page := ids_after(database, after, PAGE):
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


def add_alias(database: Database, alias: Alias) -> None:
    """Remember an explicit merge."""
    row = (alias.message_id, alias.previous_id, alias.user_id, alias.at, int(alias.verified))
    database.execute("aliases_add", row)


def aliased(database: Database) -> set[str]:
    """Every user id that has a part in a merge."""
    return {name for row in database.fetch("aliases_names") for name in row}


def aliases(database: Database, users: Sequence[str]) -> list[Alias]:
    """The merges in which one of these user ids has a part."""
    rows = database.among("aliases_from", users) + database.among("aliases_into", users)
    return [Alias(previous, into, at, message_id, bool(verified)) for previous, into, at, message_id, verified in rows]


def circle(database: Database, name: str) -> list[Alias]:
    """All merges by which users are joined with this one, directly or through others."""
    rows = database.fetch("aliases_circle", (name,))
    return [Alias(previous, into, at, message_id, bool(verified)) for previous, into, at, message_id, verified in rows]


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


def snapshots(database: Database, rows: Sequence[int]) -> dict[int, Snapshot]:
    """The profiles in these rows."""
    return {row[0]: Snapshot(*row[1:]) for row in database.among("snapshots", rows)}


def add_snapshots(database: Database, first_row: int, added: Sequence[Snapshot]) -> None:
    """Keep profiles, from a new row on."""
    database.many(
        "snapshot_add",
        [
            (row, one.person, one.seq, one.wake, one.future, one.push, one.muted, one.data)
            for row, one in enumerate(added, first_row)
        ],
    )


def snapshot_rows(database: Database) -> tuple[int, int]:
    """The first and the last row that is taken, 0 and 0 where none is."""
    first, last = database.fetch("snapshots_ends")[0]
    return first, last


def first_snapshots(database: Database, limit: int) -> list[tuple[int, Snapshot]]:
    """The first rows with their profiles."""
    return [(row[0], Snapshot(*row[1:])) for row in database.fetch("snapshots_first", (limit,))]


def drop_snapshots(database: Database, upto: int) -> None:
    """Let go of the rows up to one."""
    database.execute("snapshots_drop", (upto,))


def add_dropped(database: Database, person: int) -> None:
    """Remember that whatever profile is stored of a person no longer holds."""
    database.execute("dropped_add", (person,))


def dropped(database: Database) -> list[int]:
    """Whose stored profile no longer holds."""
    return [row[0] for row in database.fetch("dropped_all")]


def clear_dropped(database: Database, start: int, end: int) -> None:
    """The register of people from one number up to another is written, and says itself whose profile is stored."""
    database.execute("dropped_clear", (start, end))


def _grouped(rows: Sequence[tuple[int, ...]], key: int) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row[key], set()).add(row[1 - key])
    return found
