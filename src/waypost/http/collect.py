"""The tracking API: Segment's paths, as its SDKs and RudderStack's send to them.

When the answer leaves, the messages are on disk and every segment stands where they put it. A batch is always
answered with 200, whatever is wrong with single messages: a 4xx would drop the good ones, a 5xx repeat them for ever.
What is refused lies in quarantine with its reason. A lone message that is refused is told so.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Final

from waypost.engine.messages import MAX_MESSAGE
from waypost.http.answers import Answer, json_answer
from waypost.http.batches import MAX_MESSAGES, Parcel, read_batch, read_single
from waypost.http.calls import Call, sender, vouches
from waypost.http.routes import Handler, Route
from waypost.model.problems import Problem
from waypost.model.values import Json
from waypost.runtime.collect import Receipt, collect_async

LARGEST: Final = 500 * 1024
"""Bytes of one batch, unpacked."""
LARGEST_RUDDERSTACK: Final = 4 * 1024 * 1024
"""RudderStack's own limit; its Python SDK cuts batches there and drops what is refused."""
MOST_WAITING: Final = 100_000
"""Messages that may wait for the disk before senders are told to come back."""

UNPLANNED: Final = "unplanned"
"""The code of an event that the plan does not name; where the plan holds it back, the sender did nothing wrong."""
MOST_TOLD: Final = 20

_DONE: Final = Answer(200, b'{"success":true}', ((b"content-type", b"application/json"),))
_PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


async def batch(call: Call) -> Answer:
    """A batch of messages of any kind."""
    body = await call.body(LARGEST_RUDDERSTACK)
    # Only RudderStack's SDKs say `channel`; Segment's documented limit holds for everybody else.
    if len(body) > LARGEST and b'"channel"' not in body[:MAX_MESSAGE]:
        raise Problem("too_large", f"the batch has {len(body)} bytes", f"send at most {LARGEST} in one")
    parcel = read_batch(body)
    receipt = await _taken(call, parcel, None)
    return _DONE if not receipt.refused else json_answer(_told(receipt))


def single(kind: str) -> Handler:
    """The handler of a path that takes one message of this kind."""

    async def handler(call: Call) -> Answer:
        receipt = await _taken(call, read_single(await call.body(LARGEST)), kind)
        return _lone(receipt)

    return handler


async def pixel(call: Call) -> Answer:
    """One message in the query, as an image asks for it."""
    kind = _KINDS.get(call.tail)
    if kind is None:
        raise Problem("not_found", f"there is no method {call.tail[:40]!r}", f"use one of {', '.join(_PATHS)}")
    data = call.query.get("data", "").replace(" ", "+")
    try:
        body = base64.b64decode(data.replace("-", "+").replace("_", "/") + "==")
    except (binascii.Error, ValueError):
        raise Problem("malformed", "`data` is not base64", "send ?data=BASE64 of one JSON message") from None
    receipt = await _taken(call, read_single(body), kind)
    _lone(receipt)
    headers = ((b"content-type", b"image/gif"), (b"cache-control", b"no-store"))
    return Answer(200, _PIXEL, headers)


async def self_metrics(call: Call) -> Answer:
    """What the Segment browser SDK measures of itself; read to its end, and not kept."""
    await call.body(LARGEST)
    return _DONE


async def _taken(call: Call, parcel: Parcel, kind: str | None) -> Receipt:
    sender(call, parcel.write_key)
    door, count = call.door, len(parcel.messages)
    if door.waiting + count > MOST_WAITING:
        raise Problem("too_many", f"{door.waiting} messages wait for the disk", "send it again in a moment")
    door.waiting += count
    try:
        receipt = await collect_async(
            door.runtime,
            parcel.messages,
            sent_at=parcel.sent_at,
            context=parcel.context,
            kind=kind,
            sizes=parcel.sizes,
            verified=vouches(call),
        )
    finally:
        door.waiting -= count
    door.metrics.collected(receipt)
    return receipt


def _lone(receipt: Receipt) -> Answer:
    for refused in receipt.refused:
        if refused.code != UNPLANNED or not refused.kept:
            raise Problem(refused.code, refused.message, "it is in quarantine" if refused.kept else None)
    return _DONE if not receipt.refused else json_answer(_told(receipt))


def _told(receipt: Receipt) -> dict[str, object]:
    """What an answer says beside success, for whoever reads it: SDKs do not."""
    refused = [
        {"index": item.place, "code": item.code, "message": item.message, "quarantined": item.kept}
        for item in receipt.refused[:MOST_TOLD]
    ]
    return {"success": True, "quarantined": receipt.quarantined, "rejected": receipt.rejected, "refused": refused}


_PATHS: Final[Mapping[str, str]] = {
    "track": "t",
    "identify": "i",
    "page": "p",
    "screen": "s",
    "group": "g",
    "alias": "a",
}
_KINDS: Final = {path: kind for kind, short in _PATHS.items() for path in (kind, short)}

_TEXT: Final[Json] = {"type": "string"}
_OBJECT: Final[Json] = {"type": "object"}
_MESSAGE: Final[dict[str, Json]] = {
    "type": "object",
    "properties": {
        "userId": {"type": ["string", "integer", "null"], "description": "who did it; this or anonymousId"},
        "anonymousId": {"type": ["string", "integer", "null"]},
        "messageId": {"type": ["string", "null"], "description": "counts once, however often it arrives"},
        "event": {"type": "string", "description": "the name of a track event"},
        "properties": _OBJECT,
        "traits": _OBJECT,
        "timestamp": {"type": "string", "format": "date-time"},
        "context": _OBJECT,
        "previousId": {
            "type": ["string", "integer", "null"],
            "description": "of an alias: the id that was used before",
        },
        "groupId": {"type": ["string", "integer", "null"], "description": "of a group"},
    },
}
_BATCH: Final[Json] = {
    "type": "object",
    "required": ["batch"],
    "properties": {
        "batch": {"type": "array", "items": _OBJECT, "maxItems": MAX_MESSAGES},
        "sentAt": {"type": "string", "format": "date-time"},
        "writeKey": _TEXT,
        "context": _OBJECT,
    },
}
_TAKEN: Final[Json] = {"type": "object", "required": ["success"], "properties": {"success": {"const": True}}}


def _route(path: str, handler: Handler, summary: str, body: Json) -> Route:
    return Route("POST", path, handler, summary, who="write", answers={200: _TAKEN}, body=body, pages=True)


def _singles() -> Iterator[Route]:
    for kind, short in _PATHS.items():
        for path in (kind, short):
            yield _route(f"/v1/{path}", single(kind), f"One {kind} message", _MESSAGE)


ROUTES: Final = (
    *(_route(path, batch, "A batch of messages", _BATCH) for path in ("/v1/batch", "/v1/b", "/beacon/v1/batch")),
    *_singles(),
    Route(
        "POST",
        "/v1/m",
        self_metrics,
        "What the Segment browser SDK measures of itself; not kept",
        answers={200: _TAKEN},
        body=_OBJECT,
        pages=True,
    ),
    Route(
        "GET",
        "/v1/pixel/{method}",
        pixel,
        "One message as an image's address",
        who="write",
        parameters={"data": "base64 of the JSON message, with its `writeKey`"},
        answers={200: None},
        media="image/gif",
        pages=True,
    ),
)
