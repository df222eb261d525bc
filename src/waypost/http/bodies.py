"""The body of a request: read no further than its limit, unpacked no further than its limit, decoded once.

JSON whatever the content type says (RudderStack's Node SDK sends gzipped JSON as a form). What msgspec refuses is
tried again with the standard library, which takes half surrogate pairs and NaN as JavaScript and Python write them:
one such value must not cost a whole batch.
"""

import asyncio
import json
import re
import zlib
from typing import Final, cast

import msgspec
from starlette.types import Receive

from waypost.model.problems import Problem
from waypost.model.values import Json

PATIENCE: Final = 30.0
"""Seconds that a client may pause before and inside a body."""
LONGEST: Final = 300.0
"""Seconds that a body may take from its beginning to its end."""
MOST_CRUMBS: Final = 5_000
CRUMB: Final = 64
"""How many pieces a body may have that is sent in crumbs: bytes of a piece, as the mean of all."""
GZIP_MAGIC: Final = b"\x1f\x8b"
DEEP: Final = 100
MOST_TOKENS: Final = 200_000
"""Brackets and texts that are looked at one by one to mend what nests too deep; nobody else is answered meanwhile."""
_DECODER: Final = msgspec.json.Decoder()
PIECES: Final = 64
"""gzip streams that one body may be made of; each costs a look at all that follows it."""
# A text that never ends is taken to the end, and nothing is tried twice: whoever sends it decides how long it is.
_TOKENS: Final = re.compile(r'[\[\]{}]|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


class Gone(Exception):  # noqa: N818  nobody is left to be told
    """The client went away before its body was complete."""


async def read_body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """The body as sent.

    Raises:
        Problem: `too_large`, as soon as that is known, and the rest is never read; `too_slow` where it stops coming.
        Gone: The connection ended first.
    """
    length = headers.get(b"content-length", b"")
    declared = int(length) if length.isdigit() and len(length) < 13 else None
    if length.isdigit() and (declared is None or declared > limit):
        raise too_large(limit)
    parts, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE) as patience:
            clock = asyncio.get_running_loop().time
            began = moved = clock()
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Gone
                # In pieces until the end: a body of single bytes would else be copied for each of them.
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit:
                    raise too_large(limit)
                if len(parts) > MOST_CRUMBS and size < CRUMB * len(parts):
                    raise Problem("too_large", f"the body comes in {len(parts)} pieces", "send it in larger ones")
                if size == declared or not message.get("more_body", False):
                    return b"".join(parts)
                if (now := clock()) - began > LONGEST:
                    raise TimeoutError
                if now - moved > PATIENCE / 30:
                    patience.reschedule(min(now + PATIENCE, began + LONGEST))
                    moved = now
    except TimeoutError:
        detail = f"the body did not come: nothing for {PATIENCE:.0f} seconds, or no end within {LONGEST:.0f}"
        raise Problem("too_slow", detail, "send it again") from None


def too_large(limit: int) -> Problem:
    """The problem of a body over `limit` bytes."""
    return Problem("too_large", f"the body has more than {limit} bytes", "send smaller batches")


def unpack(body: bytes, encoding: bytes, limit: int) -> bytes:
    """The body unpacked, at most `limit` bytes. gzip is known by its first bytes too, whatever the header says."""
    name = encoding.strip().lower()
    if body[:2] == GZIP_MAGIC or name in {b"gzip", b"x-gzip"}:
        return _inflate(body, 31, limit)
    if name == b"deflate":
        return _inflate(body, 15, limit)
    if name in {b"", b"identity"}:
        return body
    raise Problem(
        "unsupported_encoding",
        f"Content-Encoding {name[:40].decode('latin-1')!r} is not known",
        "send gzip or plain JSON",
    )


def _inflate(body: bytes, wbits: int, limit: int) -> bytes:
    unpacked = b""
    for _ in range(PIECES):
        stream = zlib.decompressobj(wbits)
        try:
            unpacked += stream.decompress(body, limit + 1 - len(unpacked))
        except zlib.error as error:
            raise Problem(
                "malformed", f"the body is no {'gzip' if wbits == 31 else 'deflate'} stream ({error})"
            ) from None
        if len(unpacked) > limit:
            raise too_large(limit)
        if not stream.eof:
            raise Problem("malformed", "the compressed body ends in the middle", "send it again, whole")
        body = stream.unused_data
        if body[:2] != GZIP_MAGIC:
            # Some senders pad; whatever follows the stream is not part of it.
            return unpacked
    raise Problem("malformed", f"the body is made of more than {PIECES} gzip streams", "send it as one")


def decode(body: bytes) -> Json:
    """The JSON value of a body."""
    try:
        return cast(Json, _DECODER.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decode_leniently(body)


def decode_object(body: bytes) -> dict[str, Json]:
    """The JSON object of a body.

    Raises:
        Problem: `malformed` for anything else.
    """
    value = decode(body)
    if not isinstance(value, dict):
        raise Problem("malformed", "the body is no JSON object", 'send an object, such as {"userId": "ada"}')
    return value


def decode_leniently(body: bytes, *, errors: str = "strict") -> Json:
    """The JSON value, with NaN and infinities as null, half surrogate pairs as they are and a byte order mark ignored.

    Where it nests deeper than any property may, what lies below is null.

    Args:
        body: The JSON text.
        errors: What becomes of bytes that are no UTF-8, as `bytes.decode` names it.
    """
    try:
        text = body.decode("utf-8-sig", errors)
        try:
            return _loads(text)
        except RecursionError:
            return _loads(_cut(text))
    except UnicodeDecodeError as error:
        raise Problem("malformed", f"the body is not UTF-8 (byte {error.start})", "send UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem("malformed", f"the body is not JSON: {error.msg} ({where})", "send a JSON object") from None


def _loads(text: str) -> Json:
    return cast(Json, json.loads(text, parse_constant=lambda _: None, parse_int=_whole))


def _whole(digits: str) -> int | float:
    """Python refuses to convert thousands of digits; no number that long counts."""
    return int(digits) if len(digits) < 400 else float(digits)


def _cut(text: str) -> str:
    """The text with null for every list and object at the depth of DEEP."""
    if sum(map(text.count, '[{"')) > MOST_TOKENS:
        raise Problem("malformed", "the body nests too deep", f"nest at most {DEEP} levels")
    kept, depth, start = [], 0, 0
    for match in _TOKENS.finditer(text):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth == DEEP:
                kept.append(text[start : match.start()])
        elif mark in "]}":
            if depth == DEEP:
                kept.append("null")
                start = match.end()
            depth -= 1
    if depth != 0:
        raise Problem("malformed", "the body is not JSON: its brackets do not pair", "send a JSON object")
    return "".join(kept) + text[start:]
