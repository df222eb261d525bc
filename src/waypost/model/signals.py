"""Signals: the kinds, their windows, their types. What each means is semantics.md 12–16."""

from dataclasses import dataclass
from typing import Final

from waypost.model.conditions import Condition, Path
from waypost.model.time import Duration
from waypost.model.values import Type

ANY_EVENT: Final = "any"
"""The word for every track, page and screen event from the product (semantics.md 10)."""


@dataclass(frozen=True, slots=True)
class Within:
    """Rolling: as of t, the events in (t − duration, t]."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class InFirst:
    """The events in [signup, signup + duration), none later than t."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Between:
    """The events in [signup + start, signup + end), none later than t."""

    start: Duration
    end: Duration


Window = Within | InFirst | Between | None


@dataclass(frozen=True, slots=True)
class Select:
    """Which events count: canonical names, or `any` alone; `where` is over one event's properties."""

    names: tuple[str, ...]
    where: Condition | None = None

    @property
    def is_any(self) -> bool:
        """Whether it takes every event from the product."""
        return self.names == (ANY_EVENT,)


@dataclass(frozen=True, slots=True)
class Field:
    """`EVENT.property`: one property of one event name (or of `any`).

    The path `("user_id",)` is the resolved person, not a property. `type` is as declared, ANY where nobody declared it.
    """

    event: str
    path: Path
    type: Type = Type.ANY


@dataclass(frozen=True, slots=True)
class Count:
    """How many events."""

    select: Select
    window: Window = None


@dataclass(frozen=True, slots=True)
class Days:
    """How many distinct calendar days of the project's zone with an event."""

    select: Select
    window: Window = None


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different scalar values (a text `1` and a number 1 differ)."""

    fields: tuple[Field, ...]
    where: Condition | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class Sum:
    """The exact sum of the numbers; 0 where there are none."""

    fields: tuple[Field, ...]
    where: Condition | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class Avg:
    """The mean of the numbers, kept as an exact quotient."""

    fields: tuple[Field, ...]
    where: Condition | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class Min:
    """The least scalar; of an undeclared property booleans come before numbers before texts."""

    fields: tuple[Field, ...]
    where: Condition | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class Max:
    """The greatest scalar; ordered like `Min`."""

    fields: tuple[Field, ...]
    where: Condition | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The scalar of the latest event that carries the property."""

    fields: tuple[Field, ...]
    where: Condition | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class First:
    """The instant of the first event."""

    select: Select
    window: Window = None


@dataclass(frozen=True, slots=True)
class Last:
    """The instant of the latest event."""

    select: Select
    window: Window = None


@dataclass(frozen=True, slots=True)
class Since:
    """The interval since the latest event, as of the instant asked about."""

    select: Select
    window: Window = None


@dataclass(frozen=True, slots=True)
class TimeTo:
    """The interval from signup (or from the first `start` event) to the first event at or after it.

    The window restricts the events looked for, never `start`.
    """

    select: Select
    start: Select | None = None
    window: Window = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """How many of the steps are done in order, 0 to n (semantics.md 14)."""

    steps: tuple[Select, ...]
    window: Window = None


@dataclass(frozen=True, slots=True)
class Peak:
    """The greatest value of `of` within `over` at any event instant of the person so far (semantics.md 15)."""

    of: Count | Days
    over: Duration


Numeric = Count | Days | Distinct | Sum | Min | Max | Sequence | Peak
"""What a ratio may be made of."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One number over another, kept as an exact quotient; NULL where either is NULL or the divisor is 0.

    The ratio's own window has been put into both parts when it was loaded.
    """

    numerator: Numeric
    denominator: Numeric


Kind = (
    Count | Days | Distinct | Sum | Avg | Min | Max | Latest | First | Last | Since | TimeTo | Sequence | Peak | Ratio
)


@dataclass(frozen=True, slots=True)
class Signal:
    """A named, typed value computed from one person's events as of an instant."""

    name: str
    kind: Kind
    type: Type
    owner: str | None = None
    description: str | None = None
