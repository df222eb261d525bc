"""Servers to measure, each in a process of its own.

`waypost` is the real one, started as users start it. The other two are started with `python -m bench._server MODE
FOLDER PORT`: `log-only` is the limit of ingest: the same server and parsing, but the messages are only appended to the
same table, in transactions that requests share alike. `with-empty` is the real application with one raw ASGI route
beside it that does nothing.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from typing import Literal as OneOf

from starlette.types import Receive, Scope, Send

from waypost.engine.messages import Refusal, read
from waypost.http.answers import Answer, send_answer
from waypost.http.app import App, build_app
from waypost.http.batches import read_batch
from waypost.http.calls import Call, sender
from waypost.http.collect import LARGEST
from waypost.http.serve import run
from waypost.model.events import Event
from waypost.runtime.access import open_access
from waypost.runtime.bundle import Runtime
from waypost.runtime.commits import Commits, Work
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores.database import Cell
from waypost.runtime.stores.events import owner_id, write_properties
from waypost.runtime.worker import Worker

HOST: Final = "127.0.0.1"
PATIENCE: Final = 600.0
"""Seconds in which a server must be ready."""

Mode = OneOf["waypost", "log-only", "with-empty"]
_NOTHING: Final[Mapping[str, str]] = {}
_DONE: Final = Answer(200, b'{"success":true}', ((b"content-type", b"application/json"),))


@dataclass(slots=True)
class Server:
    """A server that runs: its port, the keys to it, and how long it took to be ready."""

    process: subprocess.Popen[bytes]
    port: int
    write_key: str
    read_key: str
    seconds_to_ready: float

    def cpu(self) -> float:
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Resident bytes now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text("utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def freeze(self) -> None:
        """Keep it from running while another is measured."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run again."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self.process.kill()
        self.process.wait()


def keys(folder: Path) -> tuple[str, str]:
    """A new write key and a new read key of the store in a project folder."""
    runtime = open_runtime(Settings(folder))
    try:
        access = open_access(runtime)
        mark = runtime.clock.new_id()[:8]
        return access.create("write", f"bench-{mark}")[0], access.create("read", f"bench-read-{mark}")[0]
    finally:
        close(runtime)


def start(
    mode: Mode, folder: Path, *, given: tuple[str, str] | None = None, environment: Mapping[str, str] = _NOTHING
) -> Server:
    """Start a server over a project folder, and wait until it is ready. `given` are keys that were made before."""
    write_key, read_key = given or keys(folder)
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    if mode == "waypost":
        command = [str(Path(sys.executable).with_name("waypost")), "-C", str(folder), "serve", "--port", str(port)]
    else:
        command = [sys.executable, "-m", "bench._server", mode, str(folder), str(port)]
    began = time.perf_counter()
    with (folder / f"{mode}.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment})
    while not _ready(port):
        if process.poll() is not None or time.perf_counter() - began > PATIENCE:
            process.kill()
            raise RuntimeError((folder / f"{mode}.log").read_text("utf-8")[-2_000:])
        time.sleep(0.01)
    return Server(process, port, write_key, read_key, time.perf_counter() - began)


@contextmanager
def running(mode: Mode, folder: Path, environment: Mapping[str, str] = _NOTHING) -> Iterator[Server]:
    """A server for as long as it is needed; at the end it is killed, since nobody looks at what it would write."""
    server = start(mode, folder, environment=environment)
    try:
        yield server
    finally:
        server.kill()


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class _Lines(Work[None]):
    """Rows to append."""

    __slots__ = ("rows",)

    def __init__(self, rows: list[tuple[Cell, ...]]) -> None:
        self.rows = rows


class LogOnly(App):
    """The limit: a batch is read as ever, and its messages are appended. Nothing is looked up, nobody is known."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(build_app(runtime).door)
        self._database = runtime.database
        self._seq = runtime.log.last
        self._commits = Commits(self._append, lambda: False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a batch; answer all else as ever."""
        if scope["type"] != "http" or scope["path"] != "/v1/batch":
            await super().__call__(scope, receive, send)
            return
        call = Call(self.door, scope, receive, dict(scope["headers"]))
        parcel = read_batch(await call.body(LARGEST))
        sender(call, parcel.write_key)
        received = self.door.runtime.clock.now()
        rows = []
        for message in parcel.messages:
            event = read(message, received_at=received, sent_at=parcel.sent_at, defaults=parcel.context)
            if not isinstance(event, Refusal):
                rows.append(_row(event))
        await self._commits.wait_async(_Lines(rows))
        await send_answer(send, _DONE)

    def _append(self, group: Sequence[Work[None]]) -> None:
        rows: list[tuple[Cell, ...]] = []
        for work in group:
            assert isinstance(work, _Lines)
            rows += work.rows
            work.value = None
        with self._database.transaction():
            self._database.many("events_append", [(self._seq + place, *row) for place, row in enumerate(rows, 1)])
        self._seq += len(rows)


def _row(event: Event) -> tuple[Cell, ...]:
    """The columns of `events_append` behind the position; the owner is written as it is, since nobody has a number."""
    return (
        owner_id(event),
        None,
        event.message_id,
        event.kind,
        event.name,
        event.at,
        event.received_at,
        event.anonymous_id if event.user_id is not None else None,
        event.source,
        write_properties(event.properties),
        event.previous_id,
        event.group_id,
        0,
    )


class WithEmpty(App):
    """The application, and `/empty`, which answers at once: what a raw ASGI route costs by itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `/empty`, and all else as ever."""
        if scope["type"] == "http" and scope["path"] == "/empty":
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await super().__call__(scope, receive, send)


def main() -> None:
    """Serve until killed."""
    mode, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    settings = Settings(folder, port=port)
    runtime = open_runtime(settings, host=True)
    if mode == "log-only":
        runtime.commits.close()
        asyncio.run(run(LogOnly(runtime), HOST, port, asyncio.Event(), None))
    else:
        with Worker(runtime):
            asyncio.run(run(WithEmpty(build_app(runtime).door), HOST, port, asyncio.Event(), None))


if __name__ == "__main__":
    main()
