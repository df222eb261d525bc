"""How many people reach each milestone, how surely, and how fast; people whose time is not over are kept out.

The interval of a rate is Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22, 1927, 209-212), at 95 per cent, without
correction for continuity: it stays within 0 and 1, and says something of no people reached, too.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from waypost.model.values import MILLION, Json

Z: Final = 1.959963984540054
"""The normal quantile of 0.975."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One milestone in one group of people who signed up.

    `people` are those whose time limit has passed, or all where there is none; `reached` those of them who reached it;
    `median` is their median time from signup in microseconds; `immature` are those whose time is not over.
    """

    group: Json
    milestone: str
    people: int
    reached: int
    immature: int
    median: float | None


def wilson(reached: int, people: int) -> tuple[float, float] | None:
    """The 95 per cent interval of a rate; None of nobody."""
    if people == 0:
        return None
    rate, z2 = reached / people, Z * Z
    centre = (rate + z2 / (2 * people)) / (1 + z2 / people)
    half = Z / (1 + z2 / people) * math.sqrt(rate * (1 - rate) / people + z2 / (4 * people * people))
    low = 0.0 if reached == 0 else max(centre - half, 0.0)
    high = 1.0 if reached == people else min(centre + half, 1.0)
    return low, high


def rows(reaches: Iterable[Reach], by: str | None, activation: str | None = None) -> list[Mapping[str, Json]]:
    """The rows of `readout milestones`.

    Args:
        reaches: Who reached what, group by group.
        by: The text that the people are grouped by.
        activation: The milestone that the project calls activation.
    """
    return [_row(reach, by, reach.milestone == activation) for reach in reaches]


def _row(reach: Reach, by: str | None, is_activation: bool) -> Mapping[str, Json]:
    interval = wilson(reach.reached, reach.people)
    return {
        "group": {} if by is None else {by: reach.group},
        "people": reach.people,
        "milestone": reach.milestone,
        "activation": is_activation,
        "reached": reach.reached,
        "rate": None if reach.people == 0 else reach.reached / reach.people,
        "ci": None if interval is None else list(interval),
        "median_time_to": None if reach.median is None else reach.median / MILLION,
        "immature": reach.immature,
    }
