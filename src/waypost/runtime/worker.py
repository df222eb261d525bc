"""The worker: hands due wake-ups to the corridor and due deliveries to their channels, again and again.

It polls the near future in memory, not the people: nothing is done for somebody whose time has not come. Doubled or
late turns change no outcome, since each wake-up is evaluated at its own instant and each delivery leaves under one id.
"""

import threading

from waypost.model.problems import Problem
from waypost.model.time import SECOND, Instant
from waypost.runtime import deliver
from waypost.runtime.advance import advance
from waypost.runtime.bundle import Runtime
from waypost.runtime.logs import Logger
from waypost.runtime.transactions import Question

WAKES = 25
"""How many wake-ups share a transaction, so that no request waits long behind them."""

TICK = 1.0
"""Seconds between two turns when nothing is known to be due sooner."""

_log = Logger("waypost.worker")


def turn(runtime: Runtime) -> bool:
    """Do what is due by the runtime's clock, at most so much; whether there is more."""
    more = runtime.commits.wait(Question(lambda now: _wake(runtime, now)))
    return deliver.turn(runtime) or more


def run_due(runtime: Runtime) -> None:
    """Do everything that is due by the runtime's clock."""
    while turn(runtime):
        pass


def _wake(runtime: Runtime, now: Instant) -> bool:
    runtime.timers.extend(now)
    due = runtime.timers.take(now, WAKES)
    if due:
        advance(runtime, (), due, now)
    return len(due) == WAKES


class Worker:
    """A thread that takes turns until it is stopped. Use it as a context."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waypost-worker", daemon=True)

    def start(self) -> None:
        """Begin to take turns."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the present turn, then stop."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = TICK
            try:
                if turn(self._runtime):
                    continue
                due = self._runtime.timers.next()
                if due is not None:
                    pause = min(max((due - self._runtime.clock.now()) / SECOND, 0.01), TICK)
            except Problem as problem:
                if problem.code == "closed":
                    return
                _log.warning("a turn was not kept and is tried again", reason=str(problem))
            except Exception:
                _log.exception("a turn failed and is tried again")
            self._stopping.wait(pause)
