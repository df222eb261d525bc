"""Steps: one thing a person can be shown or sent, and its words by locale."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from typing import Literal as OneOf

from waypost.model.conditions import Condition
from waypost.model.time import Duration
from waypost.model.values import Json

Channel = OneOf["tour", "checklist", "tip", "banner", "modal", "survey", "email", "webhook", "custom"]
PUSH: Final[frozenset[str]] = frozenset({"email", "webhook"})
"""Channels that are sent when a decision falls due; the others are decided when a page asks."""

Copy = Mapping[str, Mapping[str, Json]]
"""Liquid texts by locale, then by field (`title`, `body`, `more`, `action: {label, url}`, `subject` …)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a tour: where it points, on which page, and what moves it on."""

    at: str
    page: str | None = None
    advance: OneOf["click", "next"] = "next"
    copy: Copy = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey; `ask_when` looks at earlier answers."""

    id: str
    kind: OneOf["rating", "choice", "text"]
    scale: int | None = None
    choices: tuple[str, ...] = ()
    ask_when: Condition | None = None
    copy: Copy = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to show or send, on one channel, with the conditions and limits of its own."""

    name: str
    channel: Channel
    helps: str | None = None
    page: str | None = None
    show_when: Condition | None = None
    send_when: Condition | None = None
    still_true_after: Duration | None = None
    done_when: Condition | None = None
    after: tuple[str, ...] = ()
    priority: int = 0
    cooldown: Duration | None = None
    max_shows: int | None = None
    expires: Duration | None = None
    subscription: str | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    questions: tuple[Question, ...] = ()
    copy: Copy = field(default_factory=dict)
    owner: str | None = None
    description: str | None = None

    @property
    def is_push(self) -> bool:
        """Whether it is sent, not shown."""
        return self.channel in PUSH


@dataclass(frozen=True, slots=True)
class Content:
    """A step's words, filled in for one person and locale: what a product shows, or a channel sends."""

    copy: Mapping[str, Json]
    stops: tuple[Mapping[str, Json], ...] = ()
    questions: tuple[Mapping[str, Json], ...] = ()
    parameters: Mapping[str, Json] = field(default_factory=dict)
