"""The log and the quarantine: what happened, in order of arrival, never changed; and what was not fit for it.

An event's `owner` is its user id, or where it has none its anonymous id; whose person that is, `runtime.identity`
says. Positions in the log (`seq`) only grow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from waypost.model.events import Event
from waypost.model.people import Id
from waypost.model.time import Instant
from waypost.model.values import Json
from waypost.runtime.stores.database import Database, Row

PAGE: Final = 20_000

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that was not fit for the log, as it came, and why."""

    received_at: Instant
    origin: str
    line: int | None
    code: str
    reason: str
    original: str
    row: int = 0


def write_properties(properties: Mapping[str, Json]) -> str:
    """Properties as JSON text with sorted keys."""
    return _encode(properties).decode() if properties else "{}"


def owner_id(event: Event) -> Id:
    """The id that an event is filed under: its user id, else its anonymous id."""
    return Id(f"u:{event.user_id}" if event.user_id is not None else f"a:{event.anonymous_id}")


def after(database: Database, seq: int) -> Iterator[tuple[int, Event]]:
    """The log behind a position, in its order."""
    while page := database.fetch("events_after", (seq, PAGE)):
        for row in page:
            yield row[0], event_of(row[1:])
        seq = page[-1][0]


def search(database: Database, prefix: str | None, limit: int) -> list[Event]:
    """The latest events, those whose message id begins so where a prefix is given."""
    if prefix is None:
        return [event_of(row) for row in database.fetch("events_recent", (limit,))]
    return [event_of(row) for row in database.fetch("events_search", (*_range(prefix), limit))]


def count(database: Database, prefix: str | None = None) -> int:
    """How many events there are, or how many have a message id that begins so."""
    rows = database.fetch("events_count") if prefix is None else database.fetch("events_count_search", _range(prefix))
    return int(rows[0][0])


def identifies(database: Database) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """The owner and the traits of every identify in the log."""
    seq = 0
    while page := database.fetch("identifies", (seq, PAGE)):
        for _, owner, traits in page:
            yield owner, _decode(traits)
        seq = page[-1][0]


def quarantine(database: Database, items: Sequence[Quarantined]) -> None:
    """Keep messages that were not fit for the log."""
    database.many(
        "quarantine_add",
        [(item.received_at, item.origin, item.line, item.code, item.reason, item.original) for item in items],
    )


def quarantined(database: Database, limit: int) -> list[Quarantined]:
    """What is in quarantine, the latest first."""
    return [
        Quarantined(received_at, origin, line, code, reason, original, row)
        for row, received_at, origin, line, code, reason, original in database.fetch("quarantine_recent", (limit,))
    ]


def quarantined_lines(database: Database, originals: Sequence[str]) -> set[str]:
    """Which of these originals lie in quarantine already."""
    return {row[0] for row in database.among("quarantine_known", originals)}


def count_quarantined(database: Database) -> int:
    """How many messages are in quarantine."""
    return int(database.fetch("quarantine_count")[0][0])


def _range(prefix: str) -> tuple[str, str]:
    return prefix, prefix + "\U0010ffff"


def event_of(row: Row) -> Event:
    """The event that a row of one of the `events_…` queries holds."""
    message_id, kind, name, at, owner, anonymous, properties, source, received_at, previous_id, group_id, imported = (
        row[:12]
    )
    bare = owner[2:]
    is_user = owner[0] == "u"
    return Event(
        message_id,
        kind,
        name,
        at,
        bare if is_user else None,
        (anonymous[2:] if anonymous is not None else None) if is_user else bare,
        _decode(properties),
        source,
        received_at,
        previous_id,
        group_id,
        bool(imported),
    )
