"""The tracking plan: which events a project expects, what they are called elsewhere, and their properties."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal as OneOf

from waypost.model.values import Json


class PropertyType(StrEnum):
    """The types a property may be declared with."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    LIST = "list"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Property:
    """One declared property. `minimum` and `maximum` are in millionths."""

    name: str
    type: PropertyType
    required: bool = True
    enum: tuple[Json, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event of the plan. `also` are its other names; `rename` maps a sent property name to the plan's."""

    name: str
    also: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Property] = field(default_factory=dict)
    purpose: str | None = None
    owner: str | None = None
    description: str | None = None


Unplanned = OneOf["accept", "quarantine", "reject"]


@dataclass(frozen=True, slots=True)
class TrackingPlan:
    """All planned events by name, and what happens to the others. An empty plan accepts everything."""

    events: Mapping[str, PlannedEvent] = field(default_factory=dict)
    unplanned: Unplanned = "accept"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise of one event: `code` is a stable word, `message` says what was wrong and what was expected."""

    code: str
    message: str
