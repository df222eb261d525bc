"""Decisions: one answer to "what next", with every candidate and the reason it won or lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

import msgspec

from waypost.model.people import PersonId
from waypost.model.steps import Channel
from waypost.model.time import Instant
from waypost.model.values import Json

Phase = OneOf["gather", "hold_back", "restrain", "choose"]
"""The stages of a decision, in their order; each only narrows."""

PHASES: Final[tuple[Phase, ...]] = ("gather", "hold_back", "restrain", "choose")

Cause = OneOf["event", "time", "late", "imported", "definitions", "existing"]
"""Why push steps are looked at. `late`, `imported` and `definitions` start none; `existing` starts all that hold."""


class Asked(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What was asked. With the log and the definition set it is all that a decision depends on.

    `push` asks for what should be sent, else for what should be shown. `page` None is any page, `slots` None as many as
    the limits allow. `live_from` is the instant from which the beginning of a `send_when` counts as new: an hour before
    now, or before the wake-up that is handled late, and not before the definition set was applied; None is an hour
    before now. `rehearse` answers as though delivery were on for everybody and nobody were held out (cases, previews).
    """

    push: bool = False
    page: str | None = None
    slots: int | None = None
    locale: str | None = None
    cause: Cause = "event"
    live_from: Instant | None = None
    paused: bool = False
    rehearse: bool = False


class Verdict(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Why a step was kept or dropped in one phase. `reason` is a stable word (`after`, `cooldown`, `per_day` …).

    `because` says it in a sentence; `until` is the earliest instant at which it may change by time alone, if known.
    """

    step: str
    phase: Phase
    kept: bool
    reason: str
    because: str
    until: Instant | None = None


class Offer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A step that won, and why in a sentence; `slot_until` is when an offered in-app step gives up its slot.

    `held` says that it repeats an offer that still held its slot, so that no limit counts it again.
    """

    step: str
    journey: str
    channel: Channel
    because: str
    more_first: bool = False
    held: bool = False
    slot_until: Instant | None = None


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer, with the definition set that made it; re-evaluating it then gives the same again.

    `verdicts` has one line for each candidate: the phase that dropped it, or `choose` for those that won. `key` is the
    assignment key, `opened` names push steps that began to wait with this decision, and `digest` is equal for decisions
    that say the same of every candidate.
    """

    decision_id: str
    person: PersonId
    at: Instant
    definition_set: str
    stage: str | None
    segments: tuple[str, ...]
    milestones: Mapping[str, Instant | None]
    offers: tuple[Offer, ...]
    verdicts: tuple[Verdict, ...]
    asked: Asked = Asked()
    key: str = ""
    opened: tuple[str, ...] = ()
    holdout: bool = False
    digest: str = ""


DeliveryOutcome = OneOf["sent", "dropped", "failed"]
"""The end of one delivery: it left, it was no longer true or allowed when it should leave, or its channel gave up."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of fact that would let a step through: `fact` is `needed` instead of what it is `now`."""

    fact: str
    now: Json
    needed: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one person does or does not get one step, phase by phase, and the nearest change that would flip it."""

    person: PersonId
    step: str
    at: Instant
    offered: bool
    because: str
    reasons: tuple[Verdict, ...]
    would_change: tuple[Change, ...]
