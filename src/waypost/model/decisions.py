"""Decisions: one answer to "what next", with every candidate and the reason it won or lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from waypost.model.people import PersonId
from waypost.model.time import Instant

Phase = OneOf["gather", "hold_back", "restrain", "choose"]
"""The stages of a decision, in their order; each only narrows."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a step was kept or dropped in one phase. `reason` is a stable word (`after`, `cooldown`, `per_day` …).

    `because` says it in a sentence; `until` is the earliest instant at which it may change by time alone, if known.
    """

    step: str
    phase: Phase
    kept: bool
    reason: str
    because: str
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that won, and why in a sentence; `slot_until` is when an offered in-app step gives up its slot."""

    step: str
    journey: str
    because: str
    more_first: bool = False
    slot_until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer, with the definition set that made it; re-evaluating it then gives the same again."""

    decision_id: str
    person: PersonId
    at: Instant
    definition_set: str
    stage: str | None
    segments: tuple[str, ...]
    milestones: Mapping[str, Instant | None]
    offers: tuple[Offer, ...]
    verdicts: tuple[Verdict, ...]
    holdout: bool = False
