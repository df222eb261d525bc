"""The real server on a thread of this process, and a client that knocks at its HTTP door."""

import asyncio
import base64
import socket
import threading
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from types import TracebackType
from typing import cast

import msgspec

from waypost.http.app import build_app
from waypost.http.serve import run
from waypost.model.problems import Problem
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime

HOST = "127.0.0.1"


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as attempt:
        attempt.bind((HOST, 0))
        return cast(int, attempt.getsockname()[1])


class Server:
    """The HTTP service of an open Waypost. Use it as a context: it answers when the context is entered."""

    def __init__(self, runtime: Runtime, port: int) -> None:
        self.url = ""
        self._runtime = runtime
        self._port = port
        self._told = threading.Event()
        self._failed: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="waypost-demo-server", daemon=True)

    def __enter__(self) -> "Server":
        self._thread.start()
        self._told.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            serving = run(build_app(self._runtime), HOST, self._port, self._stop, self._ready)
            self._loop.run_until_complete(serving)
        except BaseException as error:
            self._failed = error
        finally:
            self._told.set()
            self._loop.close()

    def _ready(self, url: str) -> None:
        self.url = url
        self._told.set()


class Client:
    """One connection that sends with the write key and asks with the read key."""

    def __init__(self, url: str, write_key: str, read_key: str) -> None:
        self._connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
        self._write = "Basic " + base64.b64encode(f"{write_key}:".encode()).decode()
        self._read = f"Bearer {read_key}"

    def send(self, messages: Sequence[Mapping[str, Json]]) -> None:
        """Messages, in one batch; when this returns they are on disk, and every segment stands."""
        self._call("POST", "/v1/batch", self._write, {"batch": list(messages)})

    def next(self, user_id: str, page: str | None) -> dict[str, Json]:
        """What a person should see next."""
        body: dict[str, Json] = {"userId": user_id} if page is None else {"userId": user_id, "page": page}
        return self._call("POST", "/v1/next", self._read, body)

    def ask(self, path: str) -> dict[str, Json]:
        """What a GET answers."""
        return self._call("GET", path, self._read, None)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _call(self, method: str, path: str, key: str, body: Json) -> dict[str, Json]:
        content = None if body is None else msgspec.json.encode(body)
        self._connection.request(method, path, content, {"Authorization": key, "Content-Type": "application/json"})
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise Problem("demo", f"{method} {path} answered {answer.status}: {said[:300].decode('utf-8', 'replace')}")
        return cast(dict[str, Json], msgspec.json.decode(said))
