"""Doors to knock at: a small project, keys, a client in process, and a real server; and what is behind them."""

import asyncio
import base64
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt

from waypost.http.app import App, build_app
from waypost.http.serve import run
from waypost.model.events import Event
from waypost.model.time import HOUR, SECOND
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import SystemClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores import events as log

NOW = 1_772_366_400 * SECOND  # 2026-03-01T12:00:00Z

PROJECT = """
project: shop
signup: signed_up
activation: aha
delivery: on
signals:
  reports: {count: report_shared}
  visits: {count: page}
milestones:
  aha: {when: reports >= 1, within: 14 days}
stages:
  active: {when: reports >= 1}
  new_arrival: {when: TRUE}
segments:
  sharers: {when: reports >= 2}
  readers: {when: visits >= 1}
steps:
  share_report:
    channel: checklist
    done_when: reports >= 1
    priority: 5
    parameters: {template: blank, rows: 3, ratio: 1.5, big: true}
    copy: {en: {title: "Share it, {{ trait.name | default: 'friend' }}"}}
  invite:
    channel: tip
    after: [share_report]
    copy: {en: {title: Invite someone}}
journeys:
  onboarding:
    for: age < INTERVAL '30 days'
    goal: aha
    steps: [share_report, invite]
"""


KINDS = ("write", "read", "admin", "identity")


@dataclass(frozen=True)
class Keys:
    write: str
    read: str
    admin: str
    identity: str


@asynccontextmanager
async def asking(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://waypost") as client:
        yield client


class Client:
    """A client that needs no event loop of its own."""

    def __init__(self, app: App) -> None:
        self.app = app

    def request(self, method: str, path: str, **options: object) -> httpx.Response:
        async def once() -> httpx.Response:
            async with asking(self.app) as client:
                return await client.request(method, path, **options)  # type: ignore[arg-type]

        return asyncio.run(once())

    def post(self, path: str, json: object = None, **options: object) -> httpx.Response:
        return self.request("POST", path, **({"json": json, **options} if json is not None else options))

    def get(self, path: str, **options: object) -> httpx.Response:
        return self.request("GET", path, **options)


@dataclass(frozen=True)
class Served:
    """A real server: granian on a free port, by the machine's clock."""

    runtime: Runtime
    port: int
    keys: Keys

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    runtime = open_runtime(Settings(folder, host="127.0.0.1"), SystemClock(), host=True)
    app = build_app(runtime)
    keys = Keys(*(app.door.access.create(kind)[0] for kind in KINDS))
    port = free_port()
    ready = threading.Event()
    failure: list[BaseException] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def work() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(run(app, "127.0.0.1", port, stop, lambda _: ready.set()))
        except BaseException as error:
            failure.append(error)
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(20)
        assert not failure, failure
        _until_it_answers(port)
        yield Served(runtime, port, keys)
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        close(runtime)
    assert not thread.is_alive()
    assert not failure, failure


def _until_it_answers(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except httpx.TransportError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError("the server does not answer")


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def logged(runtime: Runtime) -> list[Event]:
    with runtime.reading() as database:
        return log.search(database, None, 10_000)


def quarantined(runtime: Runtime) -> list[str]:
    with runtime.reading() as database:
        return [item.code for item in log.quarantined(database, 10_000)]


def track(number: int = 0, **more: Json) -> dict[str, Json]:
    return {"type": "track", "event": "report_shared", "userId": "ada", "messageId": f"m{number}", **more}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def token(keys: Keys, subject: str = "ada", ends: int = NOW + HOUR) -> str:
    return jwt.encode({"sub": subject, "exp": ends // SECOND}, keys.identity, algorithm="HS256")


def sign_up(client: Client, keys: Keys, **ids: Json) -> None:
    answer = client.post("/v1/track", {"event": "signed_up", **ids}, headers=basic(keys.write))
    assert answer.status_code == 200


def sign_up_at(server: Served, **ids: Json) -> None:
    body = {"event": "signed_up", **ids}
    assert httpx.post(f"{server.url}/v1/track", json=body, headers=basic(server.keys.write)).status_code == 200


def token_at(server: Served, subject: str) -> str:
    return token(server.keys, subject, server.runtime.clock.now() + HOUR)
