"""Choices for inventing worlds: by Hypothesis, which shrinks what fails, or by a seed, which is quick."""

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Dice(Protocol):
    """Something that chooses; earlier options and lower numbers are the simpler ones."""

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""


class Seeded:
    """Dice that fall the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class Drawn:
    """Dice that Hypothesis throws, and throws again lower to find the simplest failure."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))


def pick(dice: Dice, options: Sequence[T]) -> T:
    """One of the options."""
    return options[dice.number(0, len(options) - 1)]


def some(dice: Dice, options: Sequence[T], low: int, high: int) -> list[T]:
    """`low` to `high` different options, in any order."""
    left, found = list(options), []
    for _ in range(dice.number(low, min(high, len(left)))):
        found.append(left.pop(dice.number(0, len(left) - 1)))
    return found


def chance(dice: Dice, percent: int) -> bool:
    """True in so many of a hundred throws."""
    return dice.number(1, 100) > 100 - percent


def shuffled(dice: Dice, items: Sequence[T]) -> list[T]:
    """The items in any order."""
    left = list(items)
    return [left.pop(dice.number(0, len(left) - 1)) for _ in range(len(left))]
