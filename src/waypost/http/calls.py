"""One request as the routes see it, and who makes it: a write key, a read key, or a user's own token.

A write key is in every browser. It sends; of reading it may only what its own anonymous id did, unless the customer's
server vouched for a user with a token (spec.md 5).
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from waypost.http.bodies import decode_object, read_body, unpack
from waypost.http.metrics import Metrics
from waypost.model.problems import Problem
from waypost.model.values import Json
from waypost.runtime.access import Access, Key
from waypost.runtime.bundle import Runtime

LONG: Final = 1_024
"""Bytes of an Authorization header from which on it is not remembered: whoever sends it decides how long it is."""


@dataclass(slots=True)
class Door:
    """What every route works with. `stopping` is set when the server has been told to end."""

    runtime: Runtime
    access: Access
    metrics: Metrics
    stopping: bool = False
    waiting: int = 0


@dataclass(slots=True)
class Call:
    """One request. `tail` is what the path had in the place of the route's parameter."""

    door: Door
    scope: Scope
    receive: Receive
    headers: dict[bytes, bytes]
    tail: str = ""
    _query: dict[str, str] | None = field(default=None)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of a repeated one, the last."""
        if self._query is None:
            text = self.scope["query_string"].decode("latin-1")
            self._query = dict(parse_qsl(text, keep_blank_values=True)) if text else {}
        return self._query

    async def body(self, limit: int) -> bytes:
        """The unpacked body, at most `limit` bytes."""
        encoding = self.headers.get(b"content-encoding", b"")
        return unpack(await read_body(self.receive, self.headers, limit), encoding, limit)

    async def question(self, limit: int = 64 * 1024) -> dict[str, Json]:
        """The JSON object of the body.

        Raises:
            Problem: `malformed` for anything else.
        """
        return decode_object(await self.body(limit))


def texts(call: Call) -> Iterator[str]:
    """The keys that a request shows in its headers: Basic user name, bearer token, X-API-Key."""
    given = call.headers.get(b"authorization")
    if given is not None:
        text = _authorized(given) if len(given) <= LONG else _authorized.__wrapped__(given)
        if text:
            yield text
    api_key = call.headers.get(b"x-api-key")
    if api_key:
        yield api_key.decode("latin-1")


@lru_cache(maxsize=4096)
def _authorized(header: bytes) -> str:
    """The user name or token of an Authorization header, nothing where there is none."""
    scheme, _, rest = header.partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip().decode("latin-1")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(rest.strip() + b"==", validate=False).partition(b":")[0].decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def sender(call: Call, in_body: str | None) -> Key:
    """The write key of a request that sends.

    Raises:
        Problem: `no_key`, `unknown_key`, or `forbidden` for a key of another kind.
    """
    seen: Key | None = None
    shown = False
    for text in (*texts(call), in_body or "", call.query.get("writeKey", "")):
        if not text:
            continue
        shown = True
        key = call.door.access.find(text)
        if key is not None and key.kind == "write":
            return key
        seen = seen or key
    if seen is not None:
        raise Problem(
            "forbidden", f"a {seen.kind} key does not send events", "use a write key: waypost key create write"
        )
    raise _no_key("write", shown)


def vouches(call: Call) -> bool:
    """Whether a request that sends shows the key of a server too, so that the merges it tells of are verified."""
    found = (call.door.access.find(text) for text in texts(call))
    return any(key is not None and key.kind in {"read", "admin"} for key in found)


def reader(call: Call) -> Key:
    """The read or admin key of a request that asks about anyone.

    Raises:
        Problem: `no_key`, `unknown_key`, or `forbidden` for a key of another kind.
    """
    key, shown = _known(call)
    if key is None:
        raise _no_key("read", shown)
    if key.kind not in {"read", "admin"}:
        raise Problem("forbidden", f"a {key.kind} key does not ask about people", "use a read key, from a server only")
    return key


def asker(call: Call, in_body: Json = None, key_in_body: Json = None) -> tuple[Key | None, str | None]:
    """Who asks on behalf of one person: a key, and the user id that a token vouches for.

    Raises:
        Problem: `no_key`, `unknown_key`, `bad_token`.
    """
    given = call.headers.get(b"waypost-token")
    token = given.decode("latin-1") if given is not None else in_body
    if token is not None and not isinstance(token, str):
        raise Problem("bad_token", "`token` is no text", "send the JWT that your server signed")
    subject = call.door.access.subject(token) if token else None
    key, shown = _known(call)
    if key is None and isinstance(key_in_body, str):
        key, shown = call.door.access.find(key_in_body), True
    if key is not None and key.kind == "identity":
        raise Problem("forbidden", "an identity key signs tokens and asks nothing", "keep it on your server")
    if key is None and (shown or subject is None):
        raise _no_key("write or read", shown)
    return key, subject


def _known(call: Call) -> tuple[Key | None, bool]:
    shown = False
    for text in texts(call):
        shown = True
        key = call.door.access.find(text)
        if key is not None:
            return key, True
    return None, shown


def _no_key(kind: str, shown: bool) -> Problem:
    if shown:
        return Problem("unknown_key", "the key is not known here, or was revoked", "see `waypost key list`")
    return Problem("no_key", f"a {kind} key is needed", "send it as Basic user name or as bearer token")
