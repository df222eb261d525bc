"""Journeys: which steps, for whom, in what order, under which limits."""

from dataclasses import dataclass
from typing import Literal as OneOf

from waypost.model.conditions import Condition
from waypost.model.time import Duration


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end`, minutes after local midnight; it may run over midnight. Nothing is pushed then."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Limits:
    """One budget over all channels, in the person's zone (semantics.md 24); None is no limit."""

    at_once: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    email_per_week: int | None = None
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """Segments that go faster (steps unlock before those they come `after`) or see each step's `more` first."""

    fast: str | None = None
    cautious: str | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """The rules over steps. `again` is None for never, else the pause before a person may enter again."""

    name: str
    steps: tuple[str, ...]
    entry: Condition
    goal: str | None = None
    exit: Condition | None = None
    again: Duration | None = None
    order: OneOf["adaptive", "fixed"] = "adaptive"
    pace: Pace = Pace()
    limits: Limits = Limits()
    owner: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Holdout:
    """Per cent of signups kept on `journey`, or on none, to measure the whole programme."""

    share: int
    journey: str | None = None
