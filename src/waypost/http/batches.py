"""The body of the tracking API as messages: one, or a batch, each with its size and still as sent.

A batch is cut into its messages before they are decoded, so that one that cannot be read costs none of the others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import msgspec

from waypost.engine.messages import MAX_MESSAGE, Unreadable, instant
from waypost.http.bodies import decode_leniently, decode_object
from waypost.model.problems import Problem
from waypost.model.time import Instant
from waypost.model.values import Json

MAX_MESSAGES: Final = 2_500
"""Messages in one batch."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one request brought: messages as sent, their sizes where any may be too large, and the batch's own words."""

    messages: Sequence[Json]
    sizes: Sequence[int] | None
    sent_at: Instant | None
    context: Mapping[str, Json] | None
    write_key: str | None


class _Envelope(msgspec.Struct):
    batch: list[msgspec.Raw]
    sentAt: object = None  # noqa: N815  the wire's own name
    writeKey: object = None  # noqa: N815
    context: object = None


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_MESSAGE: Final = msgspec.json.Decoder()
_FAULTS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_batch(body: bytes) -> Parcel:
    """The messages of a batch.

    Raises:
        Problem: `malformed` where the body is no batch, `too_large` for too many messages.
    """
    try:
        envelope = _ENVELOPE.decode(body)
    except _FAULTS:
        return _read_leniently(body)
    raws = envelope.batch
    _count(len(raws))
    messages: list[Json] = []
    for raw in raws:
        try:
            messages.append(_MESSAGE.decode(raw))
        except _FAULTS:
            messages.append(_unreadable(bytes(raw)))
    sizes = [len(raw) for raw in raws] if len(body) > MAX_MESSAGE else None
    return _parcel(
        messages, sizes, cast(Json, envelope.sentAt), cast(Json, envelope.context), cast(Json, envelope.writeKey)
    )


def read_single(body: bytes) -> Parcel:
    """One message of a path that names its kind.

    Raises:
        Problem: `malformed` where the body is no JSON object, `too_large` over 32 KB.
    """
    if len(body) > MAX_MESSAGE:
        raise Problem("too_large", f"the message has {len(body)} bytes; at most {MAX_MESSAGE} are taken", "shorten it")
    message = decode_object(body)
    return _parcel([message], None, None, None, message.get("writeKey"))


def _read_leniently(body: bytes) -> Parcel:
    # Half a surrogate pair for each byte that is no UTF-8: in an id it is refused, in a property mended.
    envelope = decode_leniently(body, errors="surrogateescape")
    batch = envelope.get("batch") if isinstance(envelope, dict) else None
    if not isinstance(envelope, dict) or not isinstance(batch, list):
        raise Problem("malformed", "the body has no `batch` that is a list", 'send {"batch": [message, …]}')
    _count(len(batch))
    sizes = [len(json.dumps(message)) for message in batch] if len(body) > MAX_MESSAGE else None
    return _parcel(batch, sizes, envelope.get("sentAt"), envelope.get("context"), envelope.get("writeKey"))


def _unreadable(raw: bytes) -> Json:
    try:
        return decode_leniently(raw)
    except Problem:
        return Unreadable(raw.decode("utf-8", "replace"))


def _count(messages: int) -> None:
    if messages > MAX_MESSAGES:
        raise Problem("too_large", f"the batch has {messages} messages", f"send at most {MAX_MESSAGES} in one")


def _parcel(
    messages: Sequence[Json], sizes: Sequence[int] | None, sent_at: Json, context: Json, write_key: Json
) -> Parcel:
    if write_key is None and messages:
        first = messages[0]
        write_key = first.get("writeKey") if isinstance(first, dict) else None
    return Parcel(
        messages,
        sizes,
        instant(sent_at) if isinstance(sent_at, str) else None,
        context if isinstance(context, dict) else None,
        write_key if isinstance(write_key, str) else None,
    )
