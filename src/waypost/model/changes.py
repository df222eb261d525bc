"""Definitions: all rules at one version; and the issues found while reading them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from waypost.model.conditions import Condition
from waypost.model.journeys import Holdout, Journey
from waypost.model.milestones import Milestone
from waypost.model.segments import Segment, Stage
from waypost.model.signals import Signal
from waypost.model.steps import Step
from waypost.model.time import UTC_OFFSETS, Offsets, Zones
from waypost.model.tracking import TrackingPlan
from waypost.model.values import Json


@dataclass(frozen=True, slots=True)
class Issue:
    """One mistake or doubt in a definition file. Lines and columns count from 1."""

    level: OneOf["error", "warning"]
    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column} {self.level} {self.code}: {self.message}{hint}"


Delivery = OneOf["off", "testers", "on"]


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definition files at one content hash.

    Names map to their definitions in the order of the files; `stages` is the ladder from the top. `milestones` and
    `segments` are ordered so that each comes after those it refers to where that is possible (see `evaluation`).
    """

    hash: str
    project: str
    signup: str | None = None
    activation: str | None = None
    zone: Offsets = UTC_OFFSETS
    zones: Zones = field(default_factory=dict)
    locale: str = "en"
    external_ids: tuple[str, ...] = ()
    tracking: TrackingPlan = field(default_factory=TrackingPlan)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    milestones: Mapping[str, Milestone] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    segments: Mapping[str, Segment] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    journeys: Mapping[str, Journey] = field(default_factory=dict)
    holdout: Holdout | None = None
    delivery: Delivery = "off"
    testers: Condition | None = None
    evaluation: tuple[tuple[OneOf["milestone", "segment", "ladder"], str], ...] = ()
    """Milestones, segments and the ladder (name `""`) in an order in which each comes after what it refers to."""
    sections: Mapping[str, Json] = field(default_factory=dict)
    """Sections whose meaning is checked but not acted on by this release, as written (purposes, outcomes …)."""
