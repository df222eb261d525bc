"""The door as a whole: one error shape, what pages of other origins may read, what is told about the server."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.types import Message

from tests.http.doors import PROJECT, Client, Keys, basic, track
from waypost.http import collect
from waypost.http.app import ROUTES, App, build_app
from waypost.http.problems import STATUS, TITLES
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime

PAGES = [route for route in ROUTES if route.pages]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", "/v1/track", 405, "method_not_allowed"),
        ("DELETE", "/v1/next", 405, "method_not_allowed"),
        ("POST", "/v1/track", 400, "malformed"),
        ("POST", "/v1/next", 400, "malformed"),
        ("GET", "/v1/people", 401, "no_key"),
    ],
)
def test_every_error_is_one_problem_document(client: Client, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["status"], told["code"], told["title"]) == (status, code, TITLES[status])
    assert told["type"] == f"urn:waypost:problem:{code}"
    assert told["message"]
    assert told["detail"].startswith(told["message"])


def test_every_status_of_a_problem_has_a_title() -> None:
    assert {*STATUS.values(), 400} <= set(TITLES)


@contextmanager
def broken(app: App) -> Iterator[None]:
    whole, app.door.access = app.door.access, None  # type: ignore[assignment]  # a fault of our own
    yield
    app.door.access = whole


def test_a_fault_of_our_own_tells_nothing(client: Client, app: App, capsys: pytest.CaptureFixture[str]) -> None:
    with broken(app):
        answer = client.post("/v1/track", track(), headers=basic("k"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "AttributeError" not in answer.text
    assert "Traceback" not in answer.text
    logged = "".join(capsys.readouterr())
    assert "AttributeError" in logged
    assert "calls.py" in logged
    assert "ada" not in logged


# ── pages of other origins ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_preflight_gives_what_it_asks_for(client: Client) -> None:
    asked = "authorization,content-type,x-retry-count,rsa-anything,waypost-token"
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Headers": asked}
    for path in sorted({route.path for route in PAGES}):
        answer = client.request("OPTIONS", path.replace("{", "").replace("}", ""), headers=headers)
        assert answer.status_code == 204, path
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-headers"] == asked
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert int(answer.headers["access-control-max-age"]) > 0
        assert "content-length" not in answer.headers


def test_a_preflight_that_asks_for_nothing_hears_of_all_headers_of_the_sdks(client: Client) -> None:
    allowed = client.request("OPTIONS", "/v1/t").headers["access-control-allow-headers"]
    for header in (
        "authorization",
        "content-type",
        "x-retry-count",
        "anonymousid",
        "sentat",
        "if-none-match",
        "x-api-key",
    ):
        assert header in allowed


def test_answers_and_errors_may_be_read_by_pages(client: Client, keys: Keys) -> None:
    for answer in (
        client.post("/v1/t", track(), headers=basic(keys.write)),
        client.post("/v1/t", track(), headers=basic("unknown")),
        client.post("/v1/t", content=b"{"),
        client.get("/v1/t"),
        client.post("/v1/next", {}),
        client.post("/ofrep/v1/evaluate/flags", {}, headers={"X-API-Key": "unknown"}),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert "ETag" in answer.headers["access-control-expose-headers"]


def test_what_servers_ask_is_not_for_pages(client: Client, keys: Keys) -> None:
    answer = client.get("/v1/people", headers={"X-API-Key": keys.read, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert client.request("OPTIONS", "/v1/people").status_code == 405


# ── settings of browser SDKs ─────────────────────────────────────────────────────────────────────────────────────────


def test_segments_browser_sdk_is_pointed_here(client: Client, keys: Keys, runtime: Runtime) -> None:
    inner = client.get(f"/v1/projects/{keys.write}/settings").json()["integrations"]["Segment.io"]
    assert inner == {"apiKey": keys.write, "apiHost": "waypost/v1", "protocol": "http"}
    runtime.settings = Settings(runtime.settings.folder, url="https://in.example/")
    inner = client.get(f"/v1/projects/{keys.write}/settings").json()["integrations"]["Segment.io"]
    assert (inner["apiHost"], inner["protocol"]) == ("in.example/v1", "https")
    assert client.get(f"/v1/projects/{keys.read}/settings").status_code == 401


def test_rudderstacks_browser_sdk_gets_an_enabled_source(client: Client, keys: Keys) -> None:
    for options in ({"headers": basic(keys.write)}, {"params": {"writeKey": keys.write}}):
        source = client.get("/sourceConfig/", **options).json()["source"]
        assert (source["writeKey"], source["enabled"]) == (keys.write, True)
        assert source["config"]["statsCollection"]["errors"]["enabled"] is False
    assert client.get("/sourceConfig/").status_code == 401


# ── the server itself ────────────────────────────────────────────────────────────────────────────────────────────────


def test_health_and_readiness(client: Client, app: App, runtime: Runtime) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ready", "definition_set": runtime.live.definitions.hash}
    app.door.stopping = True
    assert (client.get("/ready").status_code, client.get("/health").status_code) == (503, 200)


def test_head_is_get_without_a_body(client: Client) -> None:
    answer = client.request("HEAD", "/health")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == client.get("/health").headers["content-length"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/v1/track", "OPTIONS, POST"), ("POST", "/health", "GET, HEAD"), ("OPTIONS", "/v1/people", "GET, HEAD")],
)
def test_what_a_path_does_not_take_is_told_what_it_takes(client: Client, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_figures_tell_of_requests_and_messages_and_of_no_person(client: Client, keys: Keys) -> None:
    client.post("/v1/batch", {"batch": [track(1), track(1), track(2), {}]}, headers=basic(keys.write))
    page = client.get("/metrics").text
    assert 'waypost_events_total{outcome="accepted"} 2.0' in page
    assert 'waypost_events_total{outcome="duplicate"} 1.0' in page
    assert 'waypost_events_total{outcome="quarantined"} 1.0' in page
    assert 'waypost_refused_total{reason="unknown_type"} 1.0' in page
    assert 'waypost_http_requests_total{route="/v1/batch",status="200"} 1.0' in page
    assert "waypost_violations_total 0.0" in page
    assert "waypost_messages_waiting 0.0" in page
    assert "waypost_profiles_unwritten" in page
    assert "process_resident_memory_bytes" in page
    assert "ada" not in page
    assert keys.write not in page


def test_it_speaks_asgi_beyond_http(app: App) -> None:
    sent: list[Message] = []
    told = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(told)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app({"type": "lifespan"}, receive, send))
    asyncio.run(app({"type": "websocket"}, receive, send))
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
        "websocket.close",
    ]


def test_a_body_that_ends_too_soon_is_malformed(app: App, keys: Keys) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/track", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    assert (sent[0]["status"], json.loads(sent[1]["body"])["code"]) == (400, "malformed")
    assert app.door.waiting == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/nowhere"), ("POST", "/health"), ("PUT", "/v1/track"), ("POST", "/v1/track"), ("POST", "/v1/next")],
)
def test_a_connection_ends_where_a_body_is_not_read(client: Client, keys: Keys, method: str, path: str) -> None:
    answer = client.request(method, path, content=b"x" * 1_000_000, headers=basic(keys.write))
    assert answer.status_code in {404, 405, 413}
    assert answer.headers["connection"] == "close"


def test_else_it_stays_open(client: Client, keys: Keys) -> None:
    for method, path in (("GET", "/nowhere"), ("GET", "/health"), ("POST", "/health"), ("POST", "/v1/track")):
        assert "connection" not in client.request(method, path, headers=basic(keys.write)).headers


def test_the_limits_are_segments_own() -> None:
    assert collect.LARGEST == 500 * 1024


def test_broken_promises_of_the_plan_are_counted(folder: Path, clock: HandClock) -> None:
    (folder / "waypost.yaml").write_text(
        PROJECT + "events: {report_shared: {properties: {seats: {type: integer, min: 1}}}}\n"
    )
    runtime = open_runtime(Settings(folder, store="sqlite://"), clock)
    app = build_app(runtime)
    key = app.door.access.create("write")[0]
    client = Client(app)
    seats: tuple[Json, ...] = (0, "two", 3)
    broken = [track(number, properties={"seats": said}) for number, said in enumerate(seats)]
    assert client.post("/v1/batch", {"batch": broken}, headers=basic(key)).status_code == 200
    page = client.get("/metrics").text
    assert "waypost_violations_total 2.0" in page
    assert 'waypost_events_total{outcome="accepted"} 3.0' in page
    close(runtime)
