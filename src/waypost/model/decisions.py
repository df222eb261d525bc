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

REASONS: Final[Mapping[str, str]] = {
    "no_journey": "The step is on no journey.",
    "journey": "The person is not in the journey: its `for` does not hold.",
    "exited": "They left the journey: its `exit` held. `again` may let them back.",
    "done": "The step is done: its `done_when` holds, or it was completed in the product.",
    "dismissed": "They closed it, and a closed step stays closed.",
    "order": "The journey has a fixed order, and another step is next.",
    "after": "It comes after a step that is not done.",
    "show_when": "Its `show_when` does not hold.",
    "send_when": "Its `send_when` does not hold.",
    "page": "It appears on other pages than the one asked for.",
    "max_shows": "It was offered as often as it may be.",
    "expired": "It was offered, or could go, for as long as it may.",
    "sent": "It was sent, and goes again only when its `send_when` begins anew.",
    "not_begun": "Its `send_when` began by imported history, late events or changed definitions, which start nothing.",
    "holdout": "The person is kept out of personalisation, to measure what it does.",
    "still_true_after": "Its `send_when` has not held for long enough.",
    "cooldown": "It rests between two showings.",
    "quiet_hours": "Nothing is sent at this time of the person's day.",
    "at_once": "As many in-product steps as may be hold their places.",
    "per_day": "The person has had all of today's.",
    "per_week": "They have had as many as seven days may bring.",
    "email_per_week": "They have had as many e-mails as seven days may bring.",
    "slots": "The page has no more room.",
    "copy_error": "Its words could not be filled in for this person.",
    "paused": "All delivery is paused.",
    "delivery_off": "It would be offered, but `delivery` is off.",
    "testers": "It would be offered, but `delivery` is for testers.",
    "chosen": "It is offered.",
    "held": "It is offered still: it holds the place that an earlier decision gave it.",
}
"""The stable word of every verdict, in the order in which they are looked for, and what it says."""

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
