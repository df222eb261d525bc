"""The worker: hands due wake-ups to the corridor and due deliveries to their channels, again and again.

It polls the near future in memory, not the people: nothing is done for somebody whose time has not come. Doubled or
late turns change no outcome, since each wake-up is evaluated at its own instant and each delivery leaves under one id.
"""

import threading
from collections.abc import Callable

from waypost.model.problems import Problem
from waypost.model.time import SECOND, Instant
from waypost.runtime import deliver
from waypost.runtime.advance import advance
from waypost.runtime.bundle import Runtime
from waypost.runtime.folding import fold_waiting
from waypost.runtime.logs import Logger
from waypost.runtime.transactions import Question

WAKES = 10
"""How many wake-ups share a transaction, so that no request waits long behind them."""

TICK = 1.0
"""Seconds between two turns when nothing is known to be due sooner."""

LULL = 0.2
"""Seconds between two looks for large logs that wait to be folded."""

_log = Logger("waypost.worker")


def turn(runtime: Runtime) -> bool:
    """Do what is due by the runtime's clock, at most so much; whether there is more."""
    more = runtime.commits.wait(Question(lambda now: _wake(runtime, now)))
    return deliver.turn(runtime) or more


def run_due(runtime: Runtime) -> None:
    """Do everything that is due by the runtime's clock."""
    while turn(runtime) or fold_waiting(runtime):
        pass


def _wake(runtime: Runtime, now: Instant) -> bool:
    runtime.timers.extend(now)
    due = runtime.timers.take(now, WAKES)
    if due:
        advance(runtime, (), due, now)
    return len(due) == WAKES


class Worker:
    """Two threads that take turns until they are stopped: for what is due, and for large logs. Use it as a context."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._turn,), name="waypost-worker", daemon=True)
        self._folding = threading.Thread(target=self._run, args=(self._fold,), name="waypost-folding", daemon=True)

    def start(self) -> None:
        """Begin to take turns."""
        self._thread.start()
        self._folding.start()

    def stop(self) -> None:
        """Finish the present turn, then stop; a log that is being folded is left to whoever opens the store next."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._folding.is_alive():
            self._folding.join(TICK)

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _turn(self) -> float:
        """Take a turn; how long to rest after it."""
        if turn(self._runtime):
            return 0
        due = self._runtime.timers.next()
        return TICK if due is None else min(max((due - self._runtime.clock.now()) / SECOND, 0.01), TICK)

    def _fold(self) -> float:
        fold_waiting(self._runtime)
        return LULL

    def _run(self, step: Callable[[], float]) -> None:
        while not self._stopping.is_set():
            pause = TICK
            try:
                pause = step()
            except Problem as problem:
                if problem.code == "closed":
                    return
                _log.warning("a turn was not kept and is tried again", reason=str(problem))
            except Exception:
                _log.exception("a turn failed and is tried again")
            if pause:
                self._stopping.wait(pause)
