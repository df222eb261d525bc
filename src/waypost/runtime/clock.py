"""The only place that knows the time and makes ids. Everything else takes `now`, or a clock that it was given."""

import time
from typing import Protocol
from uuid import uuid4  # noqa: TID251 — the one place that may make one

from waypost.model.time import Duration, Instant


class Clock(Protocol):
    """What time it is, and ids that nobody else has."""

    def now(self) -> Instant:
        """The present instant."""

    def new_id(self) -> str:
        """An id that nobody else has."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """The present instant."""
        return time.time_ns() // 1000  # noqa: TID251 — the one place that may know

    def new_id(self) -> str:
        """An id that nobody else has."""
        return str(uuid4())


class HandClock:
    """A clock that is moved by hand, for tests and stories; its ids count up."""

    def __init__(self, now: Instant = 0) -> None:
        self._now = now
        self._made = 0

    def now(self) -> Instant:
        """The instant it was last moved to."""
        return self._now

    def new_id(self) -> str:
        """The next id."""
        self._made += 1
        return f"id-{self._made:06}"

    def move_to(self, now: Instant) -> None:
        """Show another instant."""
        self._now = now

    def advance(self, duration: Duration) -> None:
        """Show a later instant."""
        self._now += duration
