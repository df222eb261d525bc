"""One route as a value. Tables of routes are beside their handlers; `/schema` is written from the same tables."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from typing import Literal as OneOf

from waypost.http.answers import Answer
from waypost.http.calls import Call
from waypost.model.values import Json

Handler = Callable[[Call], Awaitable[Answer]]
Who = OneOf["anyone", "write", "read", "asker"]
"""Whose key a route wants: nobody's, a sender's, a server's, or a page's (write key, with a token or not)."""

_PARAMETER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """What a path answers, and what its documentation says.

    Attributes:
        method: GET or POST.
        path: With at most one `{parameter}`, which takes everything up to what follows it.
        answers: The schema of each status's body, by status; None for a body that is no JSON.
        parameters: Query parameters: name and what it says.
        body: The schema of the request's JSON body.
        pages: Whether pages of other origins may ask it.
    """

    method: OneOf["GET", "POST"]
    path: str
    handler: Handler
    summary: str
    who: Who = "anyone"
    answers: Mapping[int, Json] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    media: str = "application/json"
    pages: bool = False

    @property
    def label(self) -> str:
        """The route's name in figures."""
        return self.path


class Table:
    """All routes, found by path in one step where the path has no parameter."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._exact: dict[str, dict[str, Route]] = {}
        self._open: list[tuple[str, str, dict[str, Route]]] = []
        for route in self.routes:
            match = _PARAMETER.search(route.path)
            if match is None:
                self._exact.setdefault(route.path, {})[route.method] = route
                continue
            prefix, suffix = route.path[: match.start()], route.path[match.end() :]
            for known_prefix, known_suffix, methods in self._open:
                if (known_prefix, known_suffix) == (prefix, suffix):
                    methods[route.method] = route
                    break
            else:
                self._open.append((prefix, suffix, {route.method: route}))
        # The longer path first: /people/{id}/explain before /people/{id}.
        self._open.sort(key=lambda one: (-len(one[0]), -len(one[1])))

    def find(self, path: str) -> tuple[Mapping[str, Route], str]:
        """The routes of a path by method, none where it is unknown; and what stands in the parameter's place."""
        methods = self._exact.get(path)
        if methods is not None:
            return methods, ""
        for prefix, suffix, found in self._open:
            if path.startswith(prefix) and path.endswith(suffix) and len(path) > len(prefix) + len(suffix):
                return found, path[len(prefix) : len(path) - len(suffix)]
        if len(path) > 1 and path.endswith("/"):
            return self.find(path.rstrip("/"))
        return {}, ""
