"""Milestones: points on the way to value, reached once."""

from dataclasses import dataclass

from waypost.model.conditions import Condition
from waypost.model.time import Duration


@dataclass(frozen=True, slots=True)
class Milestone:
    """Reached at the first instant of evaluation at which `when` is TRUE.

    With `within`, only in [signup, signup + within); without, at any instant, signup or not (semantics.md 7, 20).
    """

    name: str
    when: Condition
    within: Duration | None = None
    owner: str | None = None
    description: str | None = None
