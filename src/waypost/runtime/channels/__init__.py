"""The Channel port: how one delivery leaves. A new channel is one more file beside this one, and its test.

A channel knows nothing of stores or decisions; it gets a message that is complete, and says what became of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from waypost.model.people import PersonId
from waypost.model.steps import Content
from waypost.model.time import Duration
from waypost.model.values import Json


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery with its words. `delivery_id` is the same on every attempt, so that a receiver can tell."""

    delivery_id: str
    person: PersonId
    traits: Mapping[str, Json]
    step: str
    content: Content


@dataclass(frozen=True, slots=True)
class Sent:
    """It left."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It did not leave, and may a while later."""

    after: Duration
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not leave and never will."""

    reason: str


Outcome = Sent | Retry | Failed


class Channel(Protocol):
    """One way to reach people."""

    def deliver(self, message: Message) -> Outcome:
        """Hand a message over; it may take its time, and must not raise."""
