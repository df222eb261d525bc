"""What browser SDKs fetch before they send: Segment's settings and RudderStack's source configuration.

Both say the least that is sufficient, and point the SDK back at the host that it asked.
"""

from typing import Final

from waypost.http.answers import Answer, json_answer
from waypost.http.calls import Call, texts
from waypost.http.routes import Route
from waypost.model.problems import Problem


async def segment(call: Call) -> Answer:
    """Segment's settings: only its own destination, which is here."""
    key = _write_key(call, [call.tail])
    protocol, host = _address(call)
    inner = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": protocol}
    return json_answer({"integrations": {"Segment.io": inner}})


async def rudderstack(call: Call) -> Answer:
    """RudderStack's source configuration: one enabled source, no destinations, no reports home."""
    key = _write_key(call, [*texts(call), call.query.get("writeKey", "")])
    silent = {"enabled": False}
    source = {
        "id": "waypost",
        "name": "waypost",
        "writeKey": key,
        "enabled": True,
        "workspaceId": "waypost",
        "config": {"statsCollection": {"errors": silent, "metrics": silent}},
        "connections": [],
        "destinations": [],
    }
    return json_answer({"source": source})


def _write_key(call: Call, given: list[str]) -> str:
    for text in given:
        key = call.door.access.find(text) if text else None
        if key is not None and key.kind == "write":
            return text
    raise Problem("unknown_key", "the write key is not known here", "see `waypost key list`")


def _address(call: Call) -> tuple[str, str]:
    """Protocol and host as people reach this server: as configured, else as the request says."""
    url = call.door.runtime.settings.url
    if "://" in url:
        protocol, _, host = url.rstrip("/").partition("://")
        return protocol, host
    host = call.headers.get(b"host", b"localhost").decode("latin-1")
    return call.scope.get("scheme", "http"), host


_ANSWERS: Final = {200: {"type": "object"}}

ROUTES: Final = (
    Route(
        "GET",
        "/v1/projects/{writeKey}/settings",
        segment,
        "What the Segment browser SDK fetches when `cdnURL` points here",
        answers=_ANSWERS,
        pages=True,
    ),
    Route(
        "GET",
        "/sourceConfig",
        rudderstack,
        "What the RudderStack browser SDK fetches when `configUrl` points here",
        who="write",
        parameters={"writeKey": "the write key, where there is no Basic user name"},
        answers=_ANSWERS,
        pages=True,
    ),
)
