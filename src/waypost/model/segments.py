"""Segments, and stages: the one exclusive ladder of segments."""

from dataclasses import dataclass

from waypost.model.conditions import Condition


@dataclass(frozen=True, slots=True)
class Segment:
    """A named predicate; a person is in while it is TRUE (NULL is out)."""

    name: str
    when: Condition
    goal: str | None = None
    owner: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A rung of the ladder; the first rung whose predicate is TRUE is the person's, the last is always TRUE."""

    name: str
    when: Condition
    goal: str | None = None
    owner: str | None = None
    description: str | None = None
