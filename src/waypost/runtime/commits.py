"""Group commit: one thread owns the writing connection, and takes everything that waits into one transaction.

A caller hands in its work and waits, on a thread or in an event loop; its answer leaves after the commit. Where a
transaction of several callers fails, each is tried alone, so that nobody fails for another's fault; but where the store
took no write, all of them hear of it at once. This file must not
know what the work is: `corridor` does it.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from waypost.model.problems import Problem
from waypost.runtime.logs import Logger
from waypost.runtime.stores.database import StoreUnavailable

_log = Logger("waypost.commits")

T = TypeVar("T")

PAUSE = 1.0
"""Seconds without work after which the pause is used."""


class Work(Generic[T]):
    """Something to be done in the next transaction, and who waits for it.

    Subclasses say what; `value` is set while it is done, and handed over when the transaction is on disk.
    """

    __slots__ = ("_loop", "_waiting", "value")
    value: T

    def _prepare(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop
        self._waiting: Future[T] | asyncio.Future[T] = Future() if loop is None else loop.create_future()


class Commits:
    """The thread that commits. `do` does the work of one transaction; `idle` uses a pause, and tells of more."""

    def __init__(self, do: Callable[[Sequence[Work[Any]]], None], idle: Callable[[], bool], largest: int = 64) -> None:
        self._do = do
        self._idle = idle
        self._largest = largest
        self._queue: deque[Work[Any]] = deque()
        self._wakeup = threading.Condition()
        self._open = True
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="waypost-commits", daemon=True)
        self._thread.start()

    def wait(self, work: Work[T]) -> T:
        """Have it done, and wait until it is on disk."""
        work._prepare(None)
        self._put(work)
        waiting = work._waiting
        assert isinstance(waiting, Future)  # noqa: S101 — prepared without a loop
        return waiting.result()

    async def wait_async(self, work: Work[T]) -> T:
        """Have it done, and wait until it is on disk, without holding the event loop."""
        work._prepare(asyncio.get_running_loop())
        self._put(work)
        waiting = work._waiting
        assert isinstance(waiting, asyncio.Future)  # noqa: S101 — prepared with a loop
        return await waiting

    @property
    def waiting(self) -> int:
        """How much waits for its turn."""
        return len(self._queue)

    @property
    def is_forked(self) -> bool:
        """Whether this is a child of the process that opened the store: no thread commits here, and none may."""
        return os.getpid() != self._process

    def check(self) -> None:
        """Raise a Problem where nobody would ever do what is put in here."""
        if self.is_forked:
            raise Problem(
                "forked",
                "this Waypost was opened before the process was forked",
                "open it in each process, after the fork",
            )

    def close(self) -> None:
        """Do what waits, then stop."""
        with self._wakeup:
            self._open = False
            self._wakeup.notify()
        self._thread.join()

    def _put(self, work: Work[Any]) -> None:
        self.check()
        with self._wakeup:
            if not self._open:
                raise Problem("closed", "this Waypost is closed", "open it again")
            self._queue.append(work)
            self._wakeup.notify()

    def _run(self) -> None:
        more = True
        while True:
            with self._wakeup:
                if not self._queue and self._open:
                    # A pause is one that lasts: between two messages of one sender nothing is written behind.
                    self._wakeup.wait(PAUSE if more else None)
                group = [self._queue.popleft() for _ in range(min(len(self._queue), self._largest))]
                if not group and not self._open:
                    return
            if group:
                self._attempt(group)
                more = True
            else:
                more = self._rest()

    def _rest(self) -> bool:
        """Use a pause until somebody comes; whether there is more to do in the next one."""
        try:
            while self._idle():
                if self._queue:
                    return True
        except StoreUnavailable as problem:
            _log.warning("what is written behind was not kept and is tried again", reason=str(problem))
            return True
        except Exception:
            # Whoever waits next must still be served.
            _log.exception("writing behind failed")
        return False

    def _attempt(self, group: list[Work[Any]]) -> None:
        try:
            self._do(group)
        except BaseException as error:
            if len(group) > 1 and not isinstance(error, StoreUnavailable):
                for work in group:
                    self._attempt([work])
                return
            _settle([(work, error) for work in group])
        else:
            _settle([(work, None) for work in group])


def _settle(outcomes: Sequence[tuple[Work[Any], BaseException | None]]) -> None:
    """Wake everyone up: each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Work[Any], BaseException | None]]] = {}
    for work, error in outcomes:
        if work._loop is not None:
            loops.setdefault(work._loop, []).append((work, error))
        elif error is not None:
            work._waiting.set_exception(error)
        else:
            work._waiting.set_result(work.value)
    for loop, group in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_wake, group)


def _wake(outcomes: Sequence[tuple[Work[Any], BaseException | None]]) -> None:
    for work, error in outcomes:
        if work._waiting.done():
            continue
        if error is not None:
            work._waiting.set_exception(error)
        else:
            work._waiting.set_result(work.value)
