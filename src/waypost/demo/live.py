"""The demo: pretend people sent through the real HTTP door, faster than life, and a view of what becomes of them.

The server is the one that `serve` runs, with its store in a folder that is removed at the end. Only its clock is not:
the demo moves it on in small steps, from three weeks ago up to now, so that waiting, cooldowns and quiet hours happen
too. `world` invents the people, `observer` asks about them, `view` draws.
"""

import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Final, Protocol

import structlog
from rich.console import Console
from rich.live import Live

from waypost.demo import view
from waypost.demo.harbour import copy_to
from waypost.demo.observer import Observer
from waypost.demo.server import HOST, Client, Server, free_port
from waypost.demo.world import Sent, actors, in_order
from waypost.model.time import DAY, SECOND, Duration, Instant
from waypost.runtime.access import open_access
from waypost.runtime.clock import SystemClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.worker import Worker

SPAN: Final[Duration] = 21 * DAY
"""How long the pretend people's story takes on their own clock."""
STORY: Final = 80.0
"""Seconds in which it is told, where the machine keeps up."""
TICK: Final = 0.05
"""Seconds between two steps of the clock."""
STEP: Final[Duration] = int(SPAN * TICK / STORY)
"""How far one step goes; past an hour, events would be late ones, which start no e-mail."""
PEOPLE: Final = 200
BATCH: Final = 100


class HurriedClock:
    """A clock that the demo moves: by steps while the story lasts, then the machine's own."""

    def __init__(self, start: Instant) -> None:
        self._system = SystemClock()
        self._now = start

    def now(self) -> Instant:
        """The present instant."""
        return self._now

    def new_id(self) -> str:
        """An id that nobody else has."""
        return self._system.new_id()

    def step(self, duration: Duration) -> bool:
        """Go on, at most up to the machine's own time; whether it got there."""
        real = self._system.now()
        self._now = max(self._now, min(self._now + duration, real))
        return self._now >= real


class _Picture(Protocol):
    """Where the scene is shown, every so many seconds."""

    every: float

    def __enter__(self) -> object: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, scene: view.Scene) -> None:
        """Show it as it is now."""


class _Screen:
    """A live picture on a terminal."""

    every = 0.25

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> object:
        return self._live.__enter__()

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, scene: view.Scene) -> None:
        self._live.update(view.screen(scene), refresh=True)


class _Lines:
    """Lines, where nobody could see a picture."""

    every = 2.0

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = 0
        self._begun = False

    def __enter__(self) -> object:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, scene: view.Scene) -> None:
        if not self._begun:
            self._begun = True
            self._console.print(f"Waypost demo on {scene.url}. {view.honesty(scene)} Look yourself:", soft_wrap=True)
            self._console.print(scene.look, soft_wrap=True)
        for line in view.lines(scene, scene.movements[self._told :]):
            self._console.print(line, markup=False, soft_wrap=True)
        self._told = len(scene.movements)


class _Story:
    """The people's messages, sent as the clock goes on."""

    def __init__(self, clock: HurriedClock, client: Client, scene: view.Scene) -> None:
        chance = Random(7)  # noqa: S311 — the same people every time, nothing secret
        cast = actors(chance, PEOPLE, clock.now(), SPAN - DAY)
        self._clock = clock
        self._client = client
        self._waiting = deque(in_order(cast))
        by_signup = sorted(cast, key=lambda actor: actor.signup)
        self.observer = Observer(client, scene, {actor.user_id: actor for actor in by_signup}, chance)

    def tell(self, picture: _Picture, stop: threading.Event, ends: float | None, endless: bool) -> None:
        """Go on until `stop`, or `ends` by the machine's monotonic clock; unless `endless`, until all is told."""
        drawn = 0.0
        scene = self.observer.scene
        while not stop.is_set() and (ends is None or time.monotonic() < ends):
            began = time.monotonic()
            scene.caught_up = self._clock.step(STEP)
            now = self._clock.now()
            self._send(now)
            if began - drawn >= picture.every:
                drawn = began
                self.observer.look(now)
                picture.show(scene)
            if scene.caught_up and not endless:
                return
            stop.wait(max(0.0, TICK - (time.monotonic() - began)))

    def _send(self, now: Instant) -> None:
        while self._waiting and self._waiting[0].arrives <= now:
            batch: list[Sent] = []
            while self._waiting and self._waiting[0].arrives <= now and len(batch) < BATCH:
                batch.append(self._waiting.popleft())
            self._client.send([sent.message for sent in batch])
            back = self.observer.told(batch, now)
            if back:
                self._client.send(back)


def run(seconds: float | None = None, port: int | None = None, plain: bool = False) -> int:
    """Run the demo until its time is over or Ctrl-C; the exit code.

    Args:
        seconds: How long; None is until Ctrl-C or, where lines go to no terminal, until the story is told.
        port: The port of the demo's server; None is any free one.
        plain: Print lines even on a terminal.
    """
    console = Console(highlight=False)
    picture = _Lines(console) if plain or not console.is_terminal else _Screen(console)
    stop = threading.Event()
    ends = None if seconds is None else time.monotonic() + seconds
    with (
        _stopped_by_signals(stop),
        _quiet(),
        TemporaryDirectory(prefix="waypost-demo-") as folder,
        _served(Path(folder), port or free_port()) as (clock, client, scene),
    ):
        story = _Story(clock, client, scene)
        with picture:
            story.tell(picture, stop, ends, endless=console.is_terminal)
        console.print(view.ending(story.observer.truth(clock.now()), scene))
    return 0


@contextmanager
def _served(folder: Path, port: int) -> Iterator[tuple[HurriedClock, Client, view.Scene]]:
    """The demo's own project on the real server, its clock, and a client with its keys."""
    copy_to(folder, deliver=True)
    clock = HurriedClock(SystemClock().now() - SPAN)
    runtime = open_runtime(Settings(folder, port=port, host=HOST), clock, host=True)
    try:
        access = open_access(runtime)
        write_key, read_key = (access.create(kind, f"demo {kind}")[0] for kind in ("write", "read"))
        with (
            Worker(runtime),
            Server(runtime, port) as server,
            closing(Client(server.url, write_key, read_key)) as client,
        ):
            live = runtime.live.definitions
            stages, segments = (dict.fromkeys(names, 0) for names in ([one.name for one in live.stages], live.segments))
            look = f"curl -u {read_key}: \\\n  {server.url}/v1/people/ada"
            yield clock, client, view.Scene(server.url, STEP / SECOND / TICK, look, stages=stages, segments=segments)
    finally:
        close(runtime)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the server's log off the screen, but for what went wrong."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the story after the step that is under way; a second one ends it at once."""

    def told(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
