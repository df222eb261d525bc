"""Answers as values, how they leave, and which of them a browser of another origin may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.types import Send

Headers = Sequence[tuple[bytes, bytes]]

_ENCODER: Final = msgspec.json.Encoder()

EXPOSED: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Retry-After"),
)
"""On every answer, errors too, of the routes that pages ask: without them a page sees a network error and retries."""

CLOSE: Final = (b"connection", b"close")
"""Said where the connection ends with this answer: otherwise a client sends its next request into the void."""

ALLOWED: Final = (
    b"authorization, content-type, x-retry-count, anonymousid, sentat, rsa-retry-attempt, rsa-since-last-attempt, "
    b"rsa-since-first-attempt, rsa-retry-reason, rsa-recovered, if-none-match, x-api-key, waypost-token"
)
"""Request headers of the SDKs; a preflight that names its own is given exactly those."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers of one response."""

    status: int
    body: bytes = b""
    headers: Headers = ()


def json_answer(
    value: object, *, status: int = 200, media: bytes = b"application/json", headers: Headers = ()
) -> Answer:
    """A JSON body with its media type."""
    return Answer(status, _ENCODER.encode(value), ((b"content-type", media), *headers))


def preflight(asked: bytes | None) -> Answer:
    """What a browser wants to know before it sends; valid for a day (browsers cut that to two hours)."""
    return Answer(
        204,
        headers=(
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", asked or ALLOWED),
            (b"access-control-max-age", b"86400"),
            (b"vary", b"Access-Control-Request-Headers"),
        ),
    )


async def send_answer(send: Send, answer: Answer, extra: Headers = (), *, bare: bool = False) -> None:
    """Sends it, with `extra` headers after its own; `bare` is without its body, as HEAD asks for it."""
    headers = [*answer.headers, *extra]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bare else answer.body})
