"""One message of Segment's tracking API as an Event, or the reason why it is refused.

Everything that a client may get wrong about one message is decided here: ids, names, sizes, the correction of its
time. This file knows no HTTP and no store; `runtime.collect` calls it and sends what is refused to quarantine.
Properties are `engine.payloads`; where the event came from is `engine.sources`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from typing import Literal as OneOf

from waypost.engine.payloads import Unfit, fields, repaired, shown, text
from waypost.engine.sources import source_of
from waypost.model.events import REFUSED_IDS, VERIFIED, Event
from waypost.model.time import DAY, Instant, parse_instant, write_instant
from waypost.model.values import Json

MAX_ID: Final = 255
MAX_NAME: Final = 200
MAX_MESSAGE: Final = 32 * 1024
"""Bytes of one message as sent."""
FUTURE: Final = DAY
"""How far an event may lie ahead of its receipt."""

Incoming = OneOf["track", "identify", "page", "screen", "group", "alias"]
_KINDS: Final[Mapping[str, Incoming]] = {
    "track": "track",
    "identify": "identify",
    "page": "page",
    "screen": "screen",
    "group": "group",
    "alias": "alias",
}
_LONGER: Final = 40
"""Longer than any refused id, also with spaces around it that a client may send."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Final[Mapping[str, Json]] = {}
_VERIFIED: Final[Mapping[str, Json]] = {VERIFIED: True}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is not taken: `code` is a stable word, `message` says what was wrong and what to send instead."""

    code: str
    message: str


class Unreadable(str):
    """A message's raw text that a door could not decode; `read` refuses it, and quarantine shows it."""

    __slots__ = ()


def read(
    message: Json,
    *,
    received_at: Instant,
    sent_at: Instant | None = None,
    kind: str | None = None,
    spare_id: str = "",
    defaults: Mapping[str, Json] | None = None,
    source: str = "server",
    size: int = 0,
    verified: bool = False,
) -> Event | Refusal:
    """The event that a message tells of. Never raises, whatever the message is.

    Args:
        message: The JSON object as sent; anything else is refused.
        received_at: The receiver's clock.
        sent_at: The sender's clock when the batch left; the message's own `sentAt` counts before it.
        kind: What the path says; without it the message's `type` (or, as some documentation writes it, `action`).
        spare_id: The `message_id` where the message has none.
        defaults: The batch's `context`; each of its keys counts where the message's own context lacks it.
        source: The event's source where the message does not tell.
        size: Bytes of the message as sent, where the caller knows.
        verified: Whether the sender may ask about anyone; an alias is marked with it.
    """
    try:
        if not isinstance(message, (dict, Mapping)):
            if isinstance(message, Unreadable):
                raise Unfit("unreadable", "the message cannot be decoded; send JSON in UTF-8")
            raise Unfit("not_an_object", f"a message must be a JSON object, not {shown(message)}")
        if size > MAX_MESSAGE:
            raise Unfit("too_large", f"the message has {size} bytes; at most {MAX_MESSAGE} are taken")
        get = message.get
        kind_ = _kind(get("type") or get("action") if kind is None else kind)

        user_id = _id(get("userId"), "userId")
        anonymous_id = _id(get("anonymousId"), "anonymousId")
        if user_id is None and anonymous_id is None:
            raise _no_id(message)
        context = get("context")
        if not isinstance(context, (dict, Mapping)):
            context = defaults or _NOTHING
        elif defaults:
            context = {**defaults, **context}

        name, previous_id, group_id = "", None, None
        if kind_ == "track":
            name = _name(get("event"))
            properties = fields(get("properties"), "properties")
        elif kind_ == "identify":
            # RudderStack's Python and browser SDKs send them in the context.
            properties = fields(get("traits"), "traits") or fields(context.get("traits"), "context.traits")
        elif kind_ == "group":
            group_id = _needed(_id(get("groupId"), "groupId"), kind_, "groupId")
            properties = fields(get("traits"), "traits")
        elif kind_ == "alias":
            _needed(user_id, kind_, "userId")
            previous_id = _needed(_id(get("previousId"), "previousId"), kind_, "previousId")
            properties = _VERIFIED if verified else _NOTHING
        else:
            name = kind_
            properties = _viewed(message, fields(get("properties"), "properties"))

        return Event(  # in the order of its fields: names cost a third of the call
            _message_id(get("messageId"), spare_id),
            kind_,
            name,
            _at(message, received_at, sent_at),
            user_id,
            anonymous_id,
            properties,
            source_of(get("channel"), context, source),
            received_at,
            previous_id,
            group_id,
        )
    except Unfit as unfit:
        return Refusal(unfit.code, unfit.message)


def _kind(value: Json) -> Incoming:
    kind = _KINDS.get(value) or _KINDS.get(value.strip().lower()) if isinstance(value, str) else None
    if kind is None:
        raise Unfit("unknown_type", f"type is {shown(value)}; expected one of {', '.join(_KINDS)}")
    return kind


def _id(value: Json, field: str) -> str | None:
    """An id as text; None where there is none, or one that broken clients send for everybody."""
    if value is None:
        return None
    if not isinstance(value, str):
        if type(value) is not int or value.bit_length() > 64:
            raise Unfit("bad_id", f"{field} is {shown(value)}; send it as a text")
        value = str(value)
    if len(value) < _LONGER and value.strip().lower() in REFUSED_IDS:
        return None
    if len(value) <= MAX_ID and value.isprintable():
        return value
    return None if not value.strip() else text(value, field, MAX_ID)


def _needed(value: str | None, kind: str, field: str) -> str:
    if value is None:
        raise Unfit("no_id", f"{kind} needs {field}, and one that names a single person or group")
    return value


def _no_id(message: Mapping[str, Json]) -> Unfit:
    for field in ("userId", "anonymousId"):
        if message.get(field) is not None:
            return Unfit(
                "no_id",
                f"{field} is {shown(message[field])}, which broken clients send for everybody; send one person's own",
            )
    for wrong, right in (("user_id", "userId"), ("anonymous_id", "anonymousId")):
        if message.get(wrong) is not None:
            return Unfit("no_id", f"neither userId nor anonymousId is given; write {right}, not {wrong}")
    return Unfit("no_id", "neither userId nor anonymousId is given; send at least one")


def _name(value: Json) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit("no_name", f"event is {shown(value)}; track needs the event's name as a text")
    return value if len(value) <= MAX_NAME and value.isprintable() else text(value, "event", MAX_NAME)


def _message_id(value: Json, spare_id: str) -> str:
    if isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable():
        return value
    if value is None or value == "":
        return spare_id
    if type(value) is int and value.bit_length() <= 64:
        value = str(value)
    if not isinstance(value, str):
        raise Unfit("bad_id", f"messageId is {shown(value)}; send it as a text")
    return text(value, "messageId", MAX_ID)


def _at(message: Mapping[str, Json], received_at: Instant, sent_at: Instant | None) -> Instant:
    """The event's time: received_at − (sentAt − originalTimestamp), or `timestamp` as it stands (semantics.md 1)."""
    own = message.get("sentAt")
    if isinstance(own, str):
        # A sentAt that cannot be read corrects nothing: the batch's counts, if it has one.
        own_instant = instant(own)
        sent_at = sent_at if own_instant is None else own_instant
    first, second = ("timestamp", "originalTimestamp") if sent_at is None else ("originalTimestamp", "timestamp")
    field = second if message.get(first) is None else first
    value = message.get(field)
    if value is None:
        return received_at
    at = instant(value) if isinstance(value, str) else None
    if at is None:
        raise Unfit("bad_time", f"{field} is {shown(value)}; expected RFC 3339, such as 2026-01-31T09:00:00.000Z")
    if sent_at is not None:
        at = received_at - (sent_at - at)
    if at < 0:
        raise Unfit("too_early", f"{field} {shown(value)} lies before 1970; send the time at which it happened")
    if at - received_at > FUTURE:
        received = write_instant(received_at)
        raise Unfit("future", f"{field} {shown(value)} is more than 24 hours later than its receipt at {received}")
    return at


def instant(value: str) -> Instant | None:
    """What `model.time.parse_instant` gives, in a tenth of the time for the forms that SDKs send."""
    if (
        len(value) >= 20
        and value[10] == "T"
        and value[7] == "-"
        and value[13] == ":" == value[16]
        and (value[19] in "Z+" or (value[19] == "." and value[20:21].isdigit()))
        and (value[-1] == "Z" or value.endswith("+00:00"))
        and value.isascii()
    ):
        try:
            since = datetime.fromisoformat(value) - _EPOCH
        except ValueError:
            return parse_instant(value)
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return parse_instant(value)


def _viewed(message: Mapping[str, Json], properties: Mapping[str, Json]) -> Mapping[str, Json]:
    """A page's or screen's `name` and `category` are properties too, where those lack them."""
    extra = {
        key: repaired(message[key], key)
        for key in ("name", "category")
        if message.get(key) is not None and properties.get(key) is None
    }
    return {**properties, **extra} if extra else properties
