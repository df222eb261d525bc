"""One message at the door, taken or refused."""

from waypost.engine.messages import Refusal, read
from waypost.model.events import Event
from waypost.model.time import Instant, parse_instant
from waypost.model.values import Json

NOW = parse_instant("2026-03-01T12:00:00Z") or 0


def accepted(message: Json, *, sent_at: Instant | None = None, kind: str | None = None) -> Event:
    event = read(message, received_at=NOW, sent_at=sent_at, kind=kind, spare_id="spare")
    assert isinstance(event, Event), event
    return event


def refused(message: Json, kind: str | None = None) -> str:
    refusal = read(message, received_at=NOW, kind=kind, spare_id="spare")
    assert isinstance(refusal, Refusal), refusal
    assert refusal.message
    return refusal.code


def track(**fields: Json) -> dict[str, Json]:
    return {"type": "track", "event": "report_shared", "userId": "ada", **fields}
