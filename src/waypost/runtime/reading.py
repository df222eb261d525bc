"""The rows of an import as rows of the log, by the rules of the door (`engine.messages`), asked once for each text.

Most rows of a history repeat a few names and ids, so what was found out about a text is remembered; a message is read
whole only where a row is not a plain track event.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import msgspec
import pyarrow as pa

from waypost.engine.messages import FUTURE, Refusal, instant, read
from waypost.engine.payloads import MAX_DEPTH, Unfit
from waypost.engine.tracking import Check
from waypost.model.events import Event
from waypost.model.people import Id
from waypost.model.time import Instant, write_instant
from waypost.model.values import Json
from waypost.runtime.staging import COLUMNS
from waypost.runtime.stores.events import Quarantined, owner_id, write_properties

MEMORY: Final = 200_000
"""How many texts of one kind are remembered."""

LONGEST: Final = 255
"""Characters of a message id."""

Cells = tuple[str, str, str, Instant, Instant, str, str, str | None, str | None, int]
"""message_id, kind, name, at, received_at, source, properties, previous_id, group_id, imported."""


@dataclass(slots=True)
class Row:
    """One row for the log: its cells, the id that it is filed under, and the anonymous id that it carries besides.

    `event` is set where it may change who is who, or names traits; `digest` is that of the message id.
    """

    cells: Cells
    owner: Id
    other: Id | None
    event: Event | None
    digest: int = 0


@dataclass(slots=True)
class Done:
    """What a batch came to."""

    rows: list[Row] = field(default_factory=list)
    unfit: list[Quarantined] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Who:
    """Two ids that may stand together."""

    user_id: str | None
    anonymous_id: str | None
    owner: Id
    other: Id | None


class Reader:
    """Reads batches of one import. `closed` says that the plan does not accept unplanned events."""

    def __init__(self, check: Check, closed: bool, now: Instant) -> None:
        self._check = check
        self._closed = closed
        self._now = now
        self._who: dict[tuple[str | None, str | None], _Who | Refusal] = {}
        self._names: dict[str | None, Refusal | None] = {}
        self._properties: dict[str | None, str | Refusal] = {None: "{}"}
        self._instants: dict[str, Instant | None] = {}

    def read(self, batch: pa.RecordBatch) -> Done:
        """The rows of a batch."""
        done = Done()
        columns = [column.to_pylist() for column in batch.columns]
        for digest, line, *values in zip(*columns, strict=True):
            kind, event, at, user_id, anonymous_id, properties, _, message_id, _, _, received_at, source = values
            if kind is None or kind == "track":
                row = self._track(event, at, (user_id, anonymous_id), properties, message_id, received_at, source)
            else:
                row = self._other(dict(zip(COLUMNS, values, strict=True)))
            if isinstance(row, Refusal):
                done.unfit.append(self._quarantined(row, line, values))
            else:
                row.digest = digest
                done.rows.append(row)
        return done

    def _track(
        self,
        name: str | None,
        when: str | int | None,
        ids: tuple[str | None, str | None],
        properties: str | None,
        message_id: str,
        received: str | int | None,
        source: str | None,
    ) -> Row | Refusal:
        who = self._who.get(ids) or self._meet(ids)
        refused = self._names[name] if name in self._names else self._learn(name)
        if isinstance(who, Refusal):
            return who
        if refused is not None:
            return refused
        text = self._properties.get(properties) or self._write(properties)
        if isinstance(text, Refusal):
            return text
        received_at = self._now if received is None else self._instant(received)
        at = self._instant(when)
        if not isinstance(at, int) or not isinstance(received_at, int) or at < 0 or at - received_at > FUTURE:
            return _bad_time(when, received, at, received_at)
        if len(message_id) > LONGEST or not (message_id + (source or "")).isprintable():
            return self._other(
                {
                    "event": name,
                    "timestamp": when,
                    "received_at": received,
                    "message_id": message_id,
                    "source": source,
                    "user_id": ids[0],
                    "anonymous_id": ids[1],
                    "properties": properties,
                }
            )
        cells = (message_id, "track", cast(str, name), at, received_at, source or "import", text, None, None, 1)
        if who.other is None:
            return Row(cells, who.owner, None, None)
        event = Event(message_id, "track", "", at, who.user_id, who.anonymous_id, {}, "", received_at)
        return Row(cells, who.owner, who.other, event)

    def _other(self, row: Mapping[str, Json]) -> Row | Refusal:
        """Any other kind of row: read as the message that it is."""
        kind = str(row.get("type") or "track").strip().lower()
        received = row.get("received_at")
        received_at = self._now if received is None else self._instant(cast("str | int", received))
        at = self._instant(cast("str | int | None", row.get("timestamp")))
        if at is None or received_at is None:
            return _bad_time(
                cast("str | int | None", row.get("timestamp")), cast("str | int | None", received), at, received_at
            )
        try:
            decoded = {key: _decoded(cast("str | None", row.get(key)), key) for key in ("properties", "traits")}
        except Unfit as found:
            return Refusal(found.code, found.message)
        message: dict[str, Json] = {
            "type": kind,
            "messageId": row.get("message_id"),
            "timestamp": write_instant(at),
            "userId": row.get("user_id"),
            "anonymousId": row.get("anonymous_id"),
            "properties": decoded["properties"],
            "traits": decoded["traits"] if decoded["traits"] is not None else decoded["properties"],
            "previousId": row.get("previous_id"),
            "groupId": row.get("group_id"),
        }
        message["name" if kind in ("page", "screen") else "event"] = row.get("event")
        event = read(message, received_at=received_at, source=str(row.get("source") or "import"), verified=True)
        if isinstance(event, Refusal):
            return event
        event = msgspec.structs.replace(event, imported=True)
        if self._closed and (violations := self._check(event)) and violations[0].code == "unplanned":
            return Refusal("unplanned", violations[0].message)
        cells = (
            event.message_id,
            event.kind,
            event.name,
            event.at,
            event.received_at,
            event.source,
            write_properties(event.properties),
            event.previous_id,
            event.group_id,
            1,
        )
        other = Id(f"a:{event.anonymous_id}") if event.user_id is not None and event.anonymous_id is not None else None
        return Row(cells, owner_id(event), other, event)

    def _meet(self, ids: tuple[str | None, str | None]) -> _Who | Refusal:
        found = read({"type": "identify", "userId": ids[0], "anonymousId": ids[1]}, received_at=0, spare_id="-")
        if isinstance(found, Refusal):
            return found
        both = found.user_id is not None and found.anonymous_id is not None
        other = Id(f"a:{found.anonymous_id}") if both else None
        _room(self._who)
        who = self._who[ids] = _Who(found.user_id, found.anonymous_id, owner_id(found), other)
        return who

    def _learn(self, name: str | None) -> Refusal | None:
        """Whether an event of this name is refused, whatever else it says."""
        event = read({"type": "track", "event": name, "userId": "someone"}, received_at=0, spare_id="-")
        refused = event if isinstance(event, Refusal) else None
        if not isinstance(event, Refusal) and self._closed:
            violations = self._check(event)
            if violations and violations[0].code == "unplanned":
                refused = Refusal("unplanned", violations[0].message)
        _room(self._names)
        self._names[name] = refused
        return refused

    def _write(self, text: str | None) -> str | Refusal:
        """Properties as the log keeps them."""
        try:
            properties = _decoded(text, "properties")
        except Unfit as found:
            return Refusal(found.code, found.message)
        message: dict[str, Json] = {"type": "track", "event": "e", "userId": "someone", "properties": properties}
        event = read(message, received_at=0, spare_id="-")
        if isinstance(event, Refusal):
            return event
        _room(self._properties)
        written = self._properties[text] = write_properties(event.properties)
        return written

    def _instant(self, value: str | int | None) -> Instant | None:
        if value is None or isinstance(value, int):
            return value
        if value not in self._instants:
            _room(self._instants)
            self._instants[value] = instant(value)
        return self._instants[value]

    def _quarantined(self, refusal: Refusal, line: int, values: list[Json]) -> Quarantined:
        said = {name: value for name, value in zip(COLUMNS, values, strict=True) if value is not None}
        original = msgspec.json.encode(said, order="sorted").decode()
        return Quarantined(self._now, "import", line, refusal.code, refusal.message, original)


def _room(remembered: dict[Any, Any]) -> None:
    if len(remembered) >= MEMORY:
        remembered.clear()


def _decoded(text: str | None, column: str) -> Json:
    """JSON text as DuckDB writes it; what is none stays a text, which the door refuses.

    Raises:
        Unfit: Where it nests so deep that nobody can read it.
    """
    if text is None:
        return None
    try:
        return cast(Json, msgspec.json.decode(text))
    except msgspec.DecodeError:
        pass
    except RecursionError:
        raise Unfit("too_deep", f"{column} nests more than {MAX_DEPTH} levels; flatten it") from None
    try:
        return cast(Json, json.loads(text, parse_constant=lambda _: None))
    except ValueError:
        return text
    except RecursionError:
        raise Unfit("too_deep", f"{column} nests more than {MAX_DEPTH} levels; flatten it") from None


def _bad_time(when: Json, received: Json, at: Instant | None, received_at: Instant | None) -> Refusal:
    if at is None:
        return Refusal("bad_time", f"timestamp is {when!r}; expected a TIMESTAMP or RFC 3339 text")
    if received_at is None:
        return Refusal("bad_time", f"received_at is {received!r}; expected a TIMESTAMP or RFC 3339 text")
    if at < 0:
        return Refusal(
            "too_early", f"timestamp {write_instant(at)} lies before 1970; send the time at which it happened"
        )
    return Refusal("future", f"timestamp {write_instant(at)} is more than 24 hours later than its receipt")
