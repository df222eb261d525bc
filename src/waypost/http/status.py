"""Whether this server lives, whether it can take work, and its figures."""

from collections.abc import Mapping
from typing import Final

from waypost.http.answers import Answer, json_answer
from waypost.http.calls import Call
from waypost.http.routes import Route
from waypost.model.problems import Problem
from waypost.model.values import Json


async def health(call: Call) -> Answer:
    """That the process answers; nothing more."""
    return json_answer({"status": "ok"})


async def ready(call: Call) -> Answer:
    """That the store answers and definitions are live; 503 while the server starts or stops."""
    if call.door.stopping:
        raise Problem("stopping", "the server is stopping", "send to another, or in a moment")
    call.door.runtime.database.check()
    with call.door.runtime.reading() as database:
        database.fetch("events_last")
    return json_answer({"status": "ready", "definition_set": call.door.runtime.live.definitions.hash})


async def metrics(call: Call) -> Answer:
    """The figures, in the text form of Prometheus."""
    return Answer(200, call.door.metrics.page(), ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),))


_OK: Final[Mapping[int, Json]] = {
    200: {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
}

ROUTES: Final = (
    Route("GET", "/health", health, "Whether the process lives", answers=_OK),
    Route("GET", "/ready", ready, "Whether it can take work", answers=_OK),
    Route("GET", "/metrics", metrics, "Figures for Prometheus", answers={200: None}, media="text/plain"),
)
