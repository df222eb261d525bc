"""Events: what arrives, and what we append ourselves. Everything else is a fold over them."""

from collections.abc import Mapping
from typing import Literal as OneOf

import msgspec

from waypost.model.time import HOUR, Instant
from waypost.model.values import Json

Kind = OneOf["track", "identify", "page", "screen", "group", "alias", "decision", "delivery", "undo"]
"""The first six arrive from outside; `decision`, `delivery` and `undo` are Waypost's own entries in the same log."""

ENTRIES: frozenset[str] = frozenset({"decision", "delivery", "undo"})
"""Kinds of Waypost's own entries: they say nothing of what a person did."""

PRODUCT: frozenset[str] = frozenset({"track", "page", "screen"})
"""Kinds that `any` may take."""

OWN_PREFIXES = ("Step ", "Message ", "Survey ", "Experiment ")
"""Names of events that tell what became of Waypost's own doing; `any` never takes them (semantics.md 10)."""

REFUSED_IDS = frozenset({"", "null", "undefined", "none", "nil", "nan", "0", "anonymous", "[object object]"})
"""Ids (lower-cased) that a broken client sends for everybody; refused, or strangers would merge (semantics.md 8)."""

VERIFIED = "verified"
"""The only property that an alias has: true where its sender may ask about anyone. Waypost alone writes it."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One message in a person's log, immutable, identified by `message_id`.

    `name` is as sent; a page event's is `page`, a screen's `screen`, and identify, group and alias have `""`.
    `properties` are the traits for identify and group. `at` is corrected at the door and never later changed.
    """

    message_id: str
    kind: Kind
    name: str
    at: Instant
    user_id: str | None
    anonymous_id: str | None
    properties: Mapping[str, Json]
    source: str
    received_at: Instant
    previous_id: str | None = None
    group_id: str | None = None
    imported: bool = False

    @property
    def order(self) -> tuple[Instant, str]:
        """The key that orders a log: by instant, ties by message id (code points sort as their UTF-8 bytes do)."""
        return self.at, self.message_id

    @property
    def late(self) -> bool:
        """Whether it came more than an hour after it happened: then it alters state but starts no push step."""
        return self.received_at - self.at > HOUR
