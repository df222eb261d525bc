"""History: what Waypost offered and sent one person, and what came back, folded from their log.

Limits, cooldowns and held slots are counted from this alone, never from a table beside the log. The fold (`observe`)
calls `meet` for every event of the person and `remember` for Waypost's own entries and the `Step …`, `Message …` and
`Survey …` events. In log order the result is exact; an entry that is remembered out of order gives the same.

This file knows no definitions: what an entry says was decided under the definitions of its own day.
"""

from bisect import insort
from collections.abc import Iterator
from typing import Final

import msgspec

from waypost.model.events import ENTRIES, Event
from waypost.model.steps import PUSH
from waypost.model.time import DAY, MINUTE, Instant
from waypost.model.values import Json

SLOT: Final = 10 * MINUTE
"""How long an offered in-app step holds its slot."""

KEPT: Final = 8 * DAY
"""How long single grants are kept: the longest window of a limit is a week; the two latest of a step always stay."""

_SHOWN: Final = frozenset({"Step Shown", "Survey Shown"})
_COMPLETED: Final = frozenset({"Step Completed", "Survey Completed"})
_DISMISSED: Final = frozenset({"Step Dismissed", "Survey Dismissed"})


class Grant(msgspec.Struct, array_like=True, order=True, gc=False):
    """One offer that counts: an in-app step from its offer on, a push from its decision, or later its sending, on."""

    at: Instant
    decision_id: str
    channel: str


class StepHistory(msgspec.Struct, omit_defaults=True):
    """What one step did with one person. `offered` counts every grant there ever was, `grants` keeps the recent ones.

    `first` is when it was first offered, `opened` when a push last began to wait, or was decided; `back` has the latest
    instant of each event that came back, by its name.
    """

    offered: int = 0
    first: Instant | None = None
    grants: list[Grant] = msgspec.field(default_factory=list)
    opened: Instant | None = None
    shown: int = 0
    completed: Instant | None = None
    dismissed: Instant | None = None
    back: dict[str, Instant] = msgspec.field(default_factory=dict)

    @property
    def last(self) -> Instant | None:
        """When it was last offered or sent."""
        return self.grants[-1].at if self.grants else None

    def held_until(self, now: Instant) -> Instant | None:
        """Until when it holds an in-app slot, or None where it holds none at `now`."""
        if not self.grants or self.grants[-1].channel in PUSH:
            return None
        start = self.grants[-1].at
        closed = max(self.completed or start - 1, self.dismissed or start - 1)
        return start + SLOT if start <= now < start + SLOT and closed < start else None


class History(msgspec.Struct, omit_defaults=True):
    """Everything that limits and explanations ask about the past of one person's steps, by step name.

    `first_id` is the id that the person's earliest event came with, `decided_key` the assignment key of their earliest
    decision, `imported` the latest instant of an imported event, `said` the latest decision that a page asked for
    (`ask`) and the latest about what to send (`push`).
    """

    steps: dict[str, StepHistory] = msgspec.field(default_factory=dict)
    first_id: str | None = None
    decided_key: str | None = None
    decided_first: tuple[Instant, str] | None = None
    imported: Instant | None = None
    said: dict[str, tuple[Instant, str, str]] = msgspec.field(default_factory=dict)
    early: dict[str, tuple[str, Instant]] = msgspec.field(default_factory=dict)

    def step(self, name: str) -> StepHistory:
        """The history of one step, made if there is none."""
        found = self.steps.get(name)
        if found is None:
            found = self.steps[name] = StepHistory()
        return found

    def without(self, decision_id: str, name: str) -> "History":
        """The same history had that decision never granted that step; the rest is shared."""
        past = self.steps.get(name, StepHistory())
        grants = [grant for grant in past.grants if grant.decision_id != decision_id]
        fewer = msgspec.structs.replace(past, grants=grants, offered=past.offered - len(past.grants) + len(grants))
        return msgspec.structs.replace(self, steps={**self.steps, name: fewer})

    def latest(self, *, push: bool = False) -> tuple[Instant, str, str] | None:
        """Instant, id and digest of the latest decision that is in the log."""
        return self.said.get("push" if push else "ask")

    def grants(self) -> Iterator[Grant]:
        """Every grant that a limit may still count, of all steps and channels."""
        for step in self.steps.values():
            yield from step.grants

    def meet(self, event: Event) -> None:
        """Take note of any event of the person: who they first were, and up to when their history was imported."""
        if self.first_id is None and event.kind not in ENTRIES:
            # Events come in log order, so the first one met is the earliest.
            self.first_id = f"u:{event.user_id}" if event.user_id is not None else f"a:{event.anonymous_id}"
        if event.imported and (self.imported is None or event.at > self.imported):
            self.imported = event.at

    def remember(self, event: Event) -> None:
        """Fold one own entry (`decision`, `delivery`) or one `Step …`, `Message …`, `Survey …` event."""
        match event.kind:
            case "decision":
                self._decided(event)
            case "delivery":
                self._delivered(event)
            case _:
                self._came_back(event)

    def _decided(self, event: Event) -> None:
        said = event.properties
        key = said.get("key")
        if isinstance(key, str) and (self.decided_first is None or event.order < self.decided_first):
            self.decided_key, self.decided_first = key, event.order
        digest = said.get("digest")
        asked = said.get("asked")
        if isinstance(digest, str):
            role = "push" if isinstance(asked, dict) and asked.get("push") else "ask"
            self.said[role] = max(self.said.get(role, (event.at, "", "")), (*event.order, digest))
        for name in _texts(said.get("opened")):
            step = self.step(name)
            step.opened = max(step.opened or event.at, event.at)
        for name, channel in _new_offers(said.get("offers")):
            self._grant(name, Grant(event.at, event.message_id, channel))

    def _grant(self, name: str, grant: Grant) -> None:
        step = self.step(name)
        if grant.channel in PUSH:
            step.opened = max(step.opened or grant.at, grant.at)
        step.offered += 1
        step.first = min(step.first or grant.at, grant.at)
        insort(step.grants, grant)
        outcome = self.early.pop(f"{grant.decision_id} {name}", None)
        if outcome is not None:
            _settle(step, grant, *outcome)
        oldest = step.grants[-1].at - KEPT if step.grants else grant.at
        while len(step.grants) > 2 and step.grants[0].at < oldest:
            del step.grants[0]

    def _delivered(self, event: Event) -> None:
        decision_id, name, outcome = (event.properties.get(key) for key in ("decision_id", "step", "outcome"))
        if not (isinstance(decision_id, str) and isinstance(name, str) and isinstance(outcome, str)):
            return
        for grant in self.step(name).grants:
            if grant.decision_id == decision_id:
                _settle(self.step(name), grant, outcome, event.at)
                return
        # A delivery at the very instant of its decision may come first in the order of the log.
        self.early[f"{decision_id} {name}"] = (outcome, event.at)

    def _came_back(self, event: Event) -> None:
        name = event.properties.get("step")
        if not isinstance(name, str):
            return
        step = self.step(name)
        step.back[event.name] = max(step.back.get(event.name, event.at), event.at)
        if event.name in _SHOWN:
            step.shown += 1
        elif event.name in _COMPLETED:
            step.completed = max(step.completed or event.at, event.at)
        elif event.name in _DISMISSED:
            step.dismissed = max(step.dismissed or event.at, event.at)


def _settle(step: StepHistory, grant: Grant, outcome: str, at: Instant) -> None:
    """A push that was dropped before it left never counted; one that was sent counts from its sending on.

    One that failed counts all the same: it was tried, and the next spell of its `send_when` tries again.
    """
    if outcome not in ("sent", "dropped"):
        return
    step.grants.remove(grant)
    if outcome == "dropped":
        step.offered -= 1
    else:
        insort(step.grants, Grant(max(grant.at, at), grant.decision_id, grant.channel))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, list | tuple):
        yield from (item for item in value if isinstance(item, str))


def _new_offers(value: Json) -> Iterator[tuple[str, str]]:
    """Step and channel of every offer that is not the repetition of one that still held its slot."""
    if isinstance(value, list | tuple):
        for offer in value:
            if isinstance(offer, dict) and not offer.get("held"):
                step, channel = offer.get("step"), offer.get("channel")
                if isinstance(step, str) and isinstance(channel, str):
                    yield step, channel
