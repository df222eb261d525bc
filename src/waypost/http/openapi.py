"""`/schema`: the OpenAPI 3.1 document, written from the tables that the router uses."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Final

import msgspec

from waypost.http.answers import Answer
from waypost.http.calls import Call
from waypost.http.problems import TITLES
from waypost.http.routes import Route
from waypost.model.values import Json

_SECURITY: Final[dict[str, list[Json]]] = {
    "anyone": [],
    "write": [{"writeKey": []}, {}],
    "read": [{"bearer": []}, {"apiKey": []}],
    "asker": [{"bearer": []}, {"apiKey": []}, {"writeKey": []}, {"writeKey": [], "token": []}, {"token": []}],
}
"""An empty one: the write key may stand in the body too."""

_SCHEMES: Final[Json] = {
    "writeKey": {"type": "http", "scheme": "basic", "description": "the write key as user name, no password"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "a read key; from servers only"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "a read key; from servers only"},
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Waypost-Token",
        "description": "JWT (HS256) that your server signed with an identity key: `sub`, `exp` at most 24 hours ahead",
    },
}
_PROBLEM: Final[Json] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "message"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong, and what to do"},
        "code": {"type": "string", "description": "a stable word"},
        "message": {"type": "string"},
    },
}


def document(routes: Iterable[Route]) -> dict[str, Json]:
    """The OpenAPI document of these routes."""
    paths: dict[str, dict[str, Json]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Waypost", "version": version("waypost"), "license": {"name": "Apache-2.0"}},
        "paths": dict(paths),
        "components": {
            "securitySchemes": _SCHEMES,
            "schemas": {"Problem": _PROBLEM},
        },
    }


def _operation(route: Route) -> Json:
    parameters: list[Json] = []
    if "{" in route.path:
        name = route.path[route.path.index("{") + 1 : route.path.index("}")]
        parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}})
    parameters += [
        {"name": name, "in": "query", "description": says, "schema": {"type": "string"}}
        for name, says in route.parameters.items()
    ]
    operation: dict[str, Json] = {
        "operationId": f"{route.method.lower()}{route.path.replace('/', '-').replace('{', '').replace('}', '')}",
        "summary": route.summary,
        "parameters": parameters,
        "responses": {str(status): _response(route, status, schema) for status, schema in route.answers.items()}
        | {"default": {"description": "a problem (RFC 9457)", "content": {"application/problem+json": _REFERENCE}}},
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    if _SECURITY[route.who]:
        operation["security"] = _SECURITY[route.who]
    return operation


def _response(route: Route, status: int, schema: Json) -> Json:
    described: dict[str, Json] = {
        "description": TITLES.get(status, "what was asked for" if status == 200 else "unchanged")
    }
    if schema is not None:
        described["content"] = {route.media: {"schema": schema}}
    elif status == 200:
        described["content"] = {route.media: {}}
    return described


_REFERENCE: Final[Json] = {"schema": {"$ref": "#/components/schemas/Problem"}}


def schema_route(routes: Sequence[Route]) -> Route:
    """The route that answers with the document of these routes and of itself."""
    written: list[bytes] = []

    async def schema(call: Call) -> Answer:
        return Answer(200, written[0], ((b"content-type", b"application/json"),))

    route = Route("GET", "/schema", schema, "This document", answers={200: {"type": "object"}})
    written.append(msgspec.json.format(msgspec.json.encode(document((*routes, route)))))
    return route
