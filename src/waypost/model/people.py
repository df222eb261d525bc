"""People: their ids and the links between them, and the state of one person at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import NewType

import msgspec

from waypost.model.time import Instant
from waypost.model.values import Json, Value

Id = NewType("Id", str)
"""An id with its kind: `u:ada` for a user id, `a:phone-1` for an anonymous id."""

PersonId = NewType("PersonId", str)
"""One of the person's ids, chosen from the set of links alone: see `engine.people`. Same form as `Id`."""


def user(user_id: str) -> Id:
    """The id of a user."""
    return Id("u:" + user_id)


def anonymous(anonymous_id: str) -> Id:
    """The id of an anonymous visitor."""
    return Id("a:" + anonymous_id)


def bare(identity: Id | PersonId) -> str:
    """An id as its sender wrote it."""
    return identity[2:]


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that carried both ids: from then on the anonymous id is the user's, until another claims it."""

    anonymous_id: str
    user_id: str
    at: Instant
    message_id: str


@dataclass(frozen=True, slots=True)
class Alias:
    """An explicit merge of two user ids; it also claims `previous_id` as an anonymous id.

    `verified` says that it came from somebody who may ask about anyone: a server, an import, the application itself.
    """

    previous_id: str
    user_id: str
    at: Instant
    message_id: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """Links between `one` and `other` (bare ids, in either role) whose instant lies in [start, end] are taken back."""

    one: str
    other: str
    start: Instant
    end: Instant


class State(msgspec.Struct, frozen=True):
    """What is true of one person at `at`.

    `signals` hold numbers in millionths, instants and intervals in microseconds, as `Signal.type` says; `milestones`
    hold the instant each was reached, or None; `traits` are the traits' JSON values.
    """

    person: PersonId
    at: Instant
    signup: Instant | None
    stage: str | None
    segments: frozenset[str]
    milestones: Mapping[str, Instant | None]
    signals: Mapping[str, Value | None]
    traits: Mapping[str, Json]


class Transition(msgspec.Struct, frozen=True, gc=False):
    """Something that began (`entered`) or ended at `at`: a stage, a segment, a milestone, a watched condition."""

    at: Instant
    kind: OneOf["stage", "segment", "milestone", "watch"]
    name: str
    entered: bool


@dataclass(slots=True)
class Watch:
    """The spells of one watched condition (a journey's `for`, a step's `show_when` …) up to the last evaluation.

    `since` is the start of the present TRUE spell, or None; `first` the start of the earliest spell; `ended` the end of
    the latest finished one.
    """

    since: Instant | None = None
    first: Instant | None = None
    ended: Instant | None = None
