"""The outbox: deliveries that wait to leave. Decisions themselves, and what became of deliveries, are in the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.model.steps import Channel
from waypost.model.time import Instant
from waypost.runtime.stores.database import Database


@dataclass(frozen=True, slots=True)
class Waiting:
    """One delivery that waits: to whom (`owner` is the number of an id), of what, until when, and why if it is held."""

    delivery_id: str
    owner: int
    step: str
    channel: Channel
    decision_id: str
    definition_set: str
    decided_at: Instant
    due: Instant
    attempts: int = 0
    held: str | None = None


def put(database: Database, waiting: Waiting) -> None:
    """Let a delivery wait; the same one again changes nothing."""
    database.execute(
        "outbox_add",
        (
            waiting.delivery_id,
            waiting.owner,
            waiting.step,
            waiting.channel,
            waiting.decision_id,
            waiting.definition_set,
            waiting.decided_at,
            waiting.due,
        ),
    )


def due(database: Database, now: Instant, limit: int) -> list[Waiting]:
    """The deliveries that are due, the earliest first."""
    return [Waiting(*row) for row in database.fetch("outbox_due", (now, limit))]


def waiting(database: Database, owners: Sequence[int]) -> list[Waiting]:
    """The deliveries that wait for these owners."""
    return [Waiting(*row) for row in database.among("outbox_of", owners)]


def everything(database: Database, limit: int) -> list[Waiting]:
    """The deliveries that wait, the earliest first."""
    return [Waiting(*row) for row in database.fetch("outbox_all", (limit,))]


def one(database: Database, delivery_id: str) -> Waiting | None:
    """One delivery, if it still waits."""
    rows = database.fetch("outbox_one", (delivery_id,))
    return Waiting(*rows[0]) if rows else None


def later(database: Database, waiting: Waiting, due: Instant, held: str | None, attempts: int) -> None:
    """Let a delivery wait longer, and say why."""
    database.execute("outbox_later", (due, attempts, held, waiting.delivery_id))


def done(database: Database, delivery_id: str) -> None:
    """A delivery needs no more waiting."""
    database.execute("outbox_done", (delivery_id,))


def next_due(database: Database) -> Instant | None:
    """When the next delivery is due."""
    rows = database.fetch("outbox_next")
    return rows[0][0] if rows else None
