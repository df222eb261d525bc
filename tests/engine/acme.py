"""A small project, and the log of Ada, who made something and connected nothing: for tests that fold."""

from dataclasses import replace

from tests.engine.clocks import t
from waypost.model.changes import Definitions
from waypost.model.conditions import Age, Always, And, Compare, Literal, Op, Operand, SignalOf, TraitOf
from waypost.model.events import Event, Kind
from waypost.model.journeys import Journey
from waypost.model.milestones import Milestone
from waypost.model.people import PersonId
from waypost.model.segments import Segment, Stage
from waypost.model.signals import Count, Peak, Select, Sequence, Signal, Since, Within
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, UTC_OFFSETS
from waypost.model.values import Json, Type

ADA = PersonId("u:ada")
NOON = t("2026-03-10T12:00:00Z")
SIGNUP = NOON - 2 * DAY
SHARED = Select(("shared",))


def number(value: int) -> Literal:
    return Literal(value * 1_000_000, Type.NUMBER)


def text(value: str) -> Literal:
    return Literal(value, Type.STRING)


def long(value: int) -> Literal:
    return Literal(value, Type.INTERVAL)


def compare(left: Operand, op: Op, right: Operand) -> Compare:
    return Compare(op, left, right)


PROGRESS, SHARES, RECENT, IDLE = SignalOf("progress"), SignalOf("shares"), SignalOf("recent"), SignalOf("idle")
PLAN = TraitOf(("plan",))
DEFINITIONS = Definitions(
    hash="h",
    project="acme",
    signup="signed_up",
    zone=UTC_OFFSETS,
    signals={
        "progress": Signal("progress", Sequence((Select(("made",)), Select(("connected",)), SHARED)), Type.NUMBER),
        "shares": Signal("shares", Count(SHARED), Type.NUMBER),
        "recent": Signal("recent", Count(SHARED, Within(DAY)), Type.NUMBER),
        "best": Signal("best", Peak(Count(SHARED), DAY), Type.NUMBER),
        "idle": Signal("idle", Since(Select(("any",))), Type.INTERVAL),
        "quiet": Signal("quiet", Since(SHARED), Type.INTERVAL),
    },
    milestones={
        "setup": Milestone("setup", compare(PROGRESS, Op.GE, number(2)), 7 * DAY),
        "quick": Milestone("quick", compare(PROGRESS, Op.GE, number(1)), HOUR),
        "begun": Milestone("begun", compare(PROGRESS, Op.GE, number(1))),
    },
    stages=(Stage("new", Always(True)),),
    segments={
        "stuck": Segment("stuck", And((compare(PROGRESS, Op.EQ, number(1)), compare(IDLE, Op.GT, long(2 * DAY)))))
    },
    evaluation=(
        ("milestone", "setup"),
        ("milestone", "quick"),
        ("milestone", "begun"),
        ("segment", "stuck"),
        ("ladder", ""),
    ),
)


def event(kind: Kind, name: str, at: int, **properties: Json) -> Event:
    return Event(f"{name}{at}", kind, name, at, "ada", None, properties, "web", at)


LOG = (
    event("track", "signed_up", SIGNUP),
    event("identify", "", SIGNUP + 1, plan="free", team={"size": 3}, tags=["a"]),
    event("track", "made", NOON - DAY),
)
JOURNEY = Journey("onboarding", (), compare(Age(), Op.LT, long(30 * DAY)))


def defined(*steps: Step, journey: Journey = JOURNEY, **more: object) -> Definitions:
    path = replace(journey, steps=tuple(step.name for step in steps))
    base = replace(DEFINITIONS, delivery="on", steps={step.name: step for step in steps}, journeys={path.name: path})
    return replace(base, **more)  # type: ignore[arg-type]
