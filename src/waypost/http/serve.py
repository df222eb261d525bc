"""The HTTP service with everything embedded: granian on one event loop, the committing thread and the worker beside it.

SIGTERM and SIGINT stop it cleanly: no new connections, what is under way is answered, profiles are written, the store
is given back. Nothing acknowledged depends on that: it was on disk when its answer left.
"""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Final

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from waypost.http.app import App, build_app
from waypost.model.problems import Problem
from waypost.runtime.bundle import Runtime
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.watching import Watcher
from waypost.runtime.worker import Worker

FLUSH_EVERY: Final = 30.0
"""Seconds between two writings of when keys were last used."""
HEADERS_WITHIN: Final = 15_000
"""Milliseconds that a client may take over its headers, or leave its connection idle."""
BACKLOG: Final = 2_048
MOST_CONNECTIONS: Final = 16_384
SPARE_FILES: Final = 128
"""Open files that connections leave to the store."""
GRACE: Final = 10.0
"""Seconds that connections have to end in when the server is told to."""

_log = structlog.get_logger("waypost.serve")


def serve(settings: Settings, *, watch: bool = False, ready: Callable[[str], None] | None = None) -> None:
    """Serve until the process is told to stop.

    Args:
        settings: Where everything is.
        watch: Apply definition files when they are saved.
        ready: Called with the URL when requests are taken.

    Raises:
        Problem: A store that is in use or cannot be opened, definitions with mistakes, a port that is taken.
    """
    runtime = open_runtime(settings, host=True)
    try:
        with Worker(runtime), Watcher(runtime) if watch else nullcontext():
            asyncio.run(_until_signal(runtime, ready))
    finally:
        close(runtime)


async def _until_signal(runtime: Runtime, ready: Callable[[str], None] | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, stop.set)
    await run(build_app(runtime), runtime.settings.host, runtime.settings.port, stop, ready)


async def run(app: App, host: str, port: int, stop: asyncio.Event, ready: Callable[[str], None] | None) -> None:
    """Answer requests in this event loop until `stop` is set.

    Raises:
        Problem: `port_taken` where nobody can listen there.
    """
    _claim(host, port)
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        # Where HTTP/2 is spoken too, a connection that says nothing is kept for ever.
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        backlog=BACKLOG,
        backpressure=_room(),
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
    )
    serving = asyncio.create_task(server.serve())
    flushing = asyncio.create_task(_flush(app))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.sleep(0)
    try:
        if not serving.done():
            _log.info("serving", host=host, port=port)
            if ready is not None:
                ready(f"http://{host}:{port}")
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        app.door.stopping = True
        if not serving.done():
            server.stop()  # type: ignore[no-untyped-call]  # granian is half typed
            await asyncio.wait({serving}, timeout=GRACE)
        if serving.done():
            await serving
        else:
            _log.warning("connections are cut that did not end", seconds=GRACE)
            serving.cancel()
    finally:
        stopping.cancel()
        flushing.cancel()
        with suppress(asyncio.CancelledError):
            await flushing
        app.door.access.flush()


def _claim(host: str, port: int) -> None:
    """Refuse a port on which somebody listens: granian would share it, and take every other request."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except (OSError, OverflowError) as error:
            hint = "stop what listens there, or choose another port with --port"
            raise Problem("port_taken", f"nobody can listen on {host}:{port}: {error}", hint) from error


def _room() -> int:
    """How many connections may be open at once, once this process may open as many files as it is allowed to."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return MOST_CONNECTIONS if allowed == resource.RLIM_INFINITY else max(allowed - SPARE_FILES, SPARE_FILES)


async def _flush(app: App) -> None:
    while True:
        await asyncio.sleep(FLUSH_EVERY)
        try:
            await asyncio.to_thread(app.door.access.flush)
        except Problem as problem:
            _log.warning("the last use of keys was not written and is tried again", reason=str(problem))
