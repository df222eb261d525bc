"""Group commit: one thread owns the writing connection, and takes everything that waits into one transaction.

A caller hands in its work and waits, on a thread or in an event loop; its answer leaves after the commit. Where a
transaction of several callers fails, each is tried alone, so that nobody fails for another's fault; but where the store
took no write, all of them hear of it at once. This file must not know what the work is: `transactions` does it.

A page that asks is in a hurry: it waits behind no heap of events. Such work goes first, in a transaction that it shares
with nothing longer, or joins the one under way at its end (`late`); and while it comes, transactions are kept short.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar, Generic, TypeVar

from waypost.model.problems import Problem
from waypost.runtime.logs import Logger
from waypost.runtime.stores.database import StoreUnavailable

_log = Logger("waypost.commits")

T = TypeVar("T")

BRIEF = 64
"""How much one transaction takes while somebody is in a hurry now and then: some ten milliseconds of events."""

LATELY = 100
"""For how many transactions after somebody was in a hurry."""

PAUSE = 1.0
"""Seconds without work after which the pause is used."""


class Work(Generic[T]):
    """Something to be done in the next transaction, and who waits for it.

    Subclasses say what; `value` is set while it is done, and handed over when the transaction is on disk. `hurried`
    says that it takes little and must not wait long.
    """

    __slots__ = ("_loop", "_waiting", "value")
    hurried: ClassVar[bool] = False
    value: T

    @property
    def size(self) -> int:
        """How long it takes, in events."""
        return 1

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
        self._hurried: deque[Work[Any]] = deque()
        self._joined: list[Work[Any]] | None = None
        self._first = True
        self._brief = 0
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
        return len(self._queue) + len(self._hurried)

    def late(self) -> list[Work[Any]]:
        """Who came in a hurry since the transaction began, for `do` to do at its end."""
        if self._joined is None or not self._hurried:
            return []
        with self._wakeup:
            late = self._take_hurried()
        self._joined += late
        return late

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
            (self._hurried if work.hurried else self._queue).append(work)
            self._wakeup.notify()

    def _run(self) -> None:
        more = True
        while True:
            with self._wakeup:
                if not self.waiting and self._open:
                    # A pause is one that lasts: between two messages of one sender nothing is written behind.
                    self._wakeup.wait(PAUSE if more else None)
                group = self._next()
                if not group and not self._open:
                    return
            if group:
                self._attempt(group, joining=True)
                more = True
            else:
                more = self._rest()

    def _next(self) -> list[Work[Any]]:
        """Who is next: those in a hurry by themselves, but not twice in a row while others wait."""
        if self._hurried and (self._first or not self._queue):
            self._first = False
            return self._take_hurried()
        self._first = True
        group: list[Work[Any]] = []
        room = BRIEF if self._brief > 0 else None
        while self._queue and len(group) < self._largest:
            if room is not None and group and self._queue[0].size > room:
                break
            group.append(self._queue.popleft())
            if room is not None:
                room -= group[-1].size
        self._brief -= 1
        return group

    def _take_hurried(self) -> list[Work[Any]]:
        self._brief = LATELY
        return [self._hurried.popleft() for _ in range(min(len(self._hurried), self._largest))]

    def _rest(self) -> bool:
        """Use a pause until somebody comes; whether there is more to do in the next one."""
        try:
            while self._idle():
                if self.waiting:
                    return True
        except StoreUnavailable as problem:
            _log.warning("what is written behind was not kept and is tried again", reason=str(problem))
            return True
        except Exception:
            # Whoever waits next must still be served.
            _log.exception("writing behind failed")
        return False

    def _attempt(self, group: list[Work[Any]], *, joining: bool = False) -> None:
        self._joined = [] if joining else None
        try:
            self._do(group)
        except BaseException as error:
            group = [*group, *(self._joined or ())]
            if len(group) > 1 and not isinstance(error, StoreUnavailable):
                for work in group:
                    self._attempt([work])
                return
            _settle([(work, error) for work in group])
        else:
            _settle([(work, None) for work in (*group, *(self._joined or ()))])


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
