"""OFREP: stage, segments, milestones and steps as flags, for any OpenFeature SDK.

Shapes follow the protocol to the letter: the Python provider wants `reason` and `variant` on every success, JavaScript
clients want `key` and `errorCode` on every 400 and 404. Asking for flags writes nothing and exposes nobody.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from waypost.http.answers import Answer, json_answer
from waypost.http.askers import an_id, flags_about
from waypost.http.bodies import decode_object
from waypost.http.calls import Call
from waypost.http.routes import Route
from waypost.model.changes import Definitions
from waypost.model.people import Id
from waypost.model.problems import Problem
from waypost.model.values import Json
from waypost.runtime.standing import Standing, standing_async

LIMIT: Final = 64 * 1024


class _Failed(Exception):  # noqa: N818  an answer of the protocol
    def __init__(self, code: str, details: str) -> None:
        super().__init__(details)
        self.told: dict[str, Json] = {"errorCode": code, "errorDetails": details}


async def one(call: Call) -> Answer:
    """One flag for a context."""
    key = call.tail
    try:
        who, alone = await _who(call)
    except _Failed as failed:
        return json_answer({"key": key, **failed.told}, status=400)
    standing = await standing_async(call.door.runtime, who, alone=alone, offers=key.startswith("step."))
    flag = _flag(standing, key)
    if flag is None:
        details = (
            f"there is no flag {key[:100]!r}; ask for stage, segment.NAME, milestone.NAME, step.NAME or step.NAME.PARAM"
        )
        return json_answer({"key": key, "errorCode": "FLAG_NOT_FOUND", "errorDetails": details}, status=404)
    return json_answer(flag)


async def all_of_them(call: Call) -> Answer:
    """All flags for a context, or 304 where nothing changed since the tag that the client has."""
    try:
        who, alone = await _who(call)
    except _Failed as failed:
        return json_answer(failed.told, status=400)
    standing = await standing_async(call.door.runtime, who, alone=alone, offers=True)
    flags = [flag for key in keys(standing.definitions) if (flag := _flag(standing, key)) is not None]
    body = msgspec.json.encode({"flags": flags})
    tag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
    if _matches(call.headers.get(b"if-none-match", b""), tag):
        return Answer(304, b"", ((b"etag", tag),))
    headers = ((b"content-type", b"application/json"), (b"etag", tag), (b"cache-control", b"private, no-cache"))
    return Answer(200, body, headers)


def keys(definitions: Definitions) -> list[str]:
    """The keys of all flags that a definition set has."""
    steps = [
        key
        for step in definitions.steps.values()
        for key in (f"step.{step.name}", *(f"step.{step.name}.{name}" for name in step.parameters))
    ]
    return [
        "stage",
        *(f"segment.{name}" for name in definitions.segments),
        *(f"milestone.{name}" for name in definitions.milestones),
        *steps,
    ]


def _flag(standing: Standing, key: str) -> dict[str, Json] | None:
    kind, _, name = key.partition(".")
    definitions = standing.definitions
    match kind:
        case "stage" if not name and standing.stage is not None:
            return _success(key, standing.stage, standing.stage)
        case "segment" if name in definitions.segments:
            inside = name in standing.segments
            return _success(key, inside, "in" if inside else "out")
        case "milestone" if name in definitions.milestones:
            reached = standing.milestones.get(name) is not None
            return _success(key, reached, "reached" if reached else "not_reached")
        case "step" if name in definitions.steps:
            offered = name in standing.offered
            return _success(key, offered, "offered" if offered else "not_offered")
        case "step":
            return _parameter(definitions, key, name)
    return None


def _parameter(definitions: Definitions, key: str, rest: str) -> dict[str, Json] | None:
    for name, step in definitions.steps.items():
        parameter = rest[len(name) + 1 :] if rest.startswith(name + ".") else None
        if parameter is not None and parameter in step.parameters:
            return _success(key, step.parameters[parameter], "control", "STATIC")
    return None


def _success(key: str, value: Json, variant: str, reason: str = "TARGETING_MATCH") -> dict[str, Json]:
    return {"key": key, "value": value, "reason": reason, "variant": variant}


async def _who(call: Call) -> tuple[Id, bool]:
    raw = await call.body(LIMIT)
    try:
        body = decode_object(raw)
    except Problem as problem:
        raise _Failed("PARSE_ERROR", str(problem)) from None
    context = body.get("context", {})
    if not isinstance(context, Mapping):
        raise _Failed("INVALID_CONTEXT", "`context` is no object")
    try:
        targeting_key = an_id(context, "targetingKey")
    except Problem as problem:
        raise _Failed("INVALID_CONTEXT", str(problem)) from None
    if targeting_key is None:
        raise _Failed("TARGETING_KEY_MISSING", "`context` has no `targetingKey`; send the user's id there")
    return flags_about(call, body, targeting_key)


def _matches(header: bytes, tag: bytes) -> bool:
    known = [one.strip().removeprefix(b"W/").strip(b'"') for one in header.split(b",")]
    return tag.strip(b'"') in known or b"*" in known


_CONTEXT: Final[Json] = {
    "type": "object",
    "properties": {
        "context": {"type": "object", "properties": {"targetingKey": {"type": "string", "description": "the user id"}}}
    },
}
_SUCCESS: Final[Json] = {
    "type": "object",
    "required": ["key", "value", "reason", "variant"],
    "properties": {"key": {"type": "string"}, "reason": {"type": "string"}, "variant": {"type": "string"}},
}
_FAILURE: Final[Json] = {
    "type": "object",
    "required": ["errorCode"],
    "properties": {"key": {"type": "string"}, "errorCode": {"type": "string"}, "errorDetails": {"type": "string"}},
}
_BULK: Final[Json] = {"type": "object", "required": ["flags"], "properties": {"flags": {"type": "array"}}}

ROUTES: Final = (
    Route(
        "POST",
        "/ofrep/v1/evaluate/flags/{key}",
        one,
        "One flag (OFREP)",
        who="asker",
        answers={200: _SUCCESS, 400: _FAILURE, 404: _FAILURE},
        body=_CONTEXT,
        pages=True,
    ),
    Route(
        "POST",
        "/ofrep/v1/evaluate/flags",
        all_of_them,
        "All flags (OFREP)",
        who="asker",
        answers={200: _BULK, 304: None, 400: _FAILURE},
        body=_CONTEXT,
        pages=True,
    ),
)
