"""The ASGI application: finds the route, lets it answer, and turns whatever goes wrong into the one error shape.

Raw ASGI, since the hot routes spend most of their time here. Routes are in the tables of their own modules; this file
must not know what any of them does.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from traceback import format_tb
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from waypost.http import answers, collect, decide, flags, openapi, people, readouts, settings, status
from waypost.http.answers import CLOSE, Answer, preflight, send_answer
from waypost.http.bodies import Gone
from waypost.http.calls import Call, Door
from waypost.http.metrics import Metrics
from waypost.http.problems import internal, problem
from waypost.http.routes import Route, Table
from waypost.model.problems import Problem
from waypost.runtime.access import Access, open_access
from waypost.runtime.bundle import Runtime

ROUTES: Final = (
    *collect.ROUTES,
    *decide.ROUTES,
    *flags.ROUTES,
    *people.ROUTES,
    *readouts.ROUTES,
    *settings.ROUTES,
    *status.ROUTES,
)
TABLE: Final = Table((*ROUTES, openapi.schema_route(ROUTES)))

_log = structlog.get_logger("waypost.http")


class App:
    """The application over one open Waypost. Call it as ASGI says."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await _no_http(scope, receive, send)
            return
        began = time.perf_counter()
        methods, tail = TABLE.find(scope["path"])
        method = scope["method"]
        route = methods.get("GET" if method == "HEAD" else method)
        answer = await self._answer(route, methods, tail, scope, receive)
        pages = any(known.pages for known in methods.values()) if route is None else route.pages
        with suppress(OSError):  # the client may be gone
            await send_answer(send, answer, answers.EXPOSED if pages else (), bare=method == "HEAD")
        label = "unknown" if route is None else route.path
        self.door.metrics.answered(label, answer.status, time.perf_counter() - began)

    async def _answer(
        self, route: Route | None, methods: Mapping[str, Route], tail: str, scope: Scope, receive: Receive
    ) -> Answer:
        headers = dict(scope["headers"])
        try:
            if route is not None:
                return await route.handler(Call(self.door, scope, receive, headers, tail))
            if scope["method"] == "OPTIONS" and any(known.pages for known in methods.values()):
                return preflight(headers.get(b"access-control-request-headers"))
            raise _unknown(scope, methods)
        except Problem as found:
            answer = problem(found)
            if route is None and methods:
                answer = replace(answer, headers=(*answer.headers, (b"allow", _allowed(methods))))
            if route is None and (b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"):
                # A body that nobody reads stands in the way of the next request.
                answer = replace(answer, headers=(*answer.headers, CLOSE))
            return answer
        except Gone:
            # Nobody is left to be told, unless it is a body in pieces of which one is malformed.
            return problem(Problem("malformed", "the body ended before it was complete", "send it again, whole"))
        except Exception as error:
            # Neither the path nor the exception's words: ids of people may stand there, and logs are never erased.
            label = "unknown" if route is None else route.path
            trace = "".join(format_tb(error.__traceback__))
            _log.error("a request failed", route=label, error=type(error).__name__, trace=trace)
            return internal()


def _allowed(methods: Mapping[str, Route]) -> bytes:
    """What a path takes, as the header says it."""
    more = {"HEAD"} if "GET" in methods else set()
    if any(route.pages for route in methods.values()):
        more.add("OPTIONS")
    return ", ".join(sorted({*methods, *more})).encode()


def _unknown(scope: Scope, methods: Mapping[str, Route]) -> Problem:
    if methods:
        return Problem("method_not_allowed", f"this path takes {' and '.join(methods)}, not {scope['method'][:20]}")
    return Problem("not_found", f"there is nothing at {scope['path'][:100]}", "see /schema for what there is")


async def _no_http(scope: Scope, receive: Receive, send: Send) -> None:
    """Lifespan has nothing to do: whoever made the app opened the Waypost. Sockets are closed."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


def build_app(runtime: Runtime, access: Access | None = None) -> App:
    """The application over an open Waypost; keys are those of its store."""
    metrics = Metrics()
    door = Door(runtime, access or open_access(runtime), metrics)
    metrics.waiting.set_function(lambda: door.waiting)
    metrics.unwritten.set_function(lambda: runtime.profiles.unwritten)
    return App(door)
