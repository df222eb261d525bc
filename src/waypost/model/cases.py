"""Cases: what happened to a few people, and what must then be true of them. Files under `cases/` hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from waypost.model.events import Event
from waypost.model.people import Id
from waypost.model.time import Instant
from waypost.model.values import Json


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be true of one person at `at`; `given` names the facts that the file speaks of, the others are open.

    `signals` hold values as `values.present` shows them (numbers, instants in RFC 3339, intervals in seconds), `next`
    the steps that must be offered in this order (none: nothing may be), `not_now` the reason for each step held back.
    """

    at: Instant
    person: str
    line: int
    given: frozenset[str]
    stage: str | None = None
    segments: Mapping[str, bool] = field(default_factory=dict)
    signals: Mapping[str, Json] = field(default_factory=dict)
    milestones: Mapping[str, Instant | None] = field(default_factory=dict)
    traits: Mapping[str, Json] = field(default_factory=dict)
    next: tuple[str, ...] = ()
    not_now: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """A page of one person that asks what is next, or with `push` what is sent to them because it is due.

    What is offered, or leaves, counts for limits from then on.
    """

    at: Instant
    person: str
    page: str | None = None
    push: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One story: its events in the order of the file, its people by name with the id each has, what must follow.

    `people` also has the anonymous ids that appear in it, by themselves: somebody nobody claims is a person, too.
    """

    name: str
    file: str
    line: int
    events: tuple[Event, ...]
    people: Mapping[str, Id]
    expectations: tuple[Expectation, ...]
    asks: tuple[Ask, ...] = ()
