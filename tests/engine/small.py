"""Short words for events, literals and definition sets, for tests of the evaluator."""

from collections.abc import Mapping, Sequence

from waypost.engine import observe
from waypost.engine.program import Program, compile_program
from waypost.model.changes import Definitions
from waypost.model.conditions import Condition, Literal
from waypost.model.events import Event, Kind
from waypost.model.milestones import Milestone
from waypost.model.people import PersonId, State
from waypost.model.segments import Segment, Stage
from waypost.model.signals import Kind as SignalKind
from waypost.model.signals import Signal
from waypost.model.time import Instant
from waypost.model.tracking import TrackingPlan
from waypost.model.values import MILLION, Json, Type, Value

ADA = PersonId("u:ada")
HASH = "sha256:0123456789abcdef0123456789abcdef"


def event(at: Instant, name: str = "a", properties: Mapping[str, Json] | None = None, **fields: str) -> Event:
    """One event of Ada's; fields are `id`, `kind` and `source`."""
    kinds: Mapping[str, Kind] = {"page": "page", "screen": "screen", "identify": "identify", "decision": "decision"}
    kind = kinds.get(fields.get("kind", "track"), "track")
    return Event(
        message_id=fields.get("id", f"{name}@{at}"),
        kind=kind,
        name=name,
        at=at,
        user_id="ada",
        anonymous_id=None,
        properties=properties or {},
        source=fields.get("source", "web"),
        received_at=at,
    )


def identify(at: Instant, **traits: Json) -> Event:
    """An identify of Ada's with these traits."""
    return event(at, "", traits, kind="identify", id=f"identify@{at}")


def number(value: int | float) -> Literal:
    """A number as definitions write it."""
    return Literal(round(value * MILLION), Type.NUMBER)


def text(value: str) -> Literal:
    """A text as definitions write it."""
    return Literal(value, Type.STRING)


def interval(value: int) -> Literal:
    """An interval of microseconds."""
    return Literal(value, Type.INTERVAL)


def definitions(
    signals: Mapping[str, tuple[SignalKind, Type]] | None = None,
    *,
    milestones: Mapping[str, Condition | tuple[Condition, int]] | None = None,
    segments: Mapping[str, Condition] | None = None,
    stages: Mapping[str, Condition] | None = None,
    signup: str | None = None,
    plan: TrackingPlan | None = None,
) -> Definitions:
    """A definition set; milestones, then segments, then the ladder are evaluated, each in the order given."""
    reached = {}
    for name, when in (milestones or {}).items():
        reached[name] = Milestone(name, *when) if isinstance(when, tuple) else Milestone(name, when)
    return Definitions(
        hash=HASH,
        project="small",
        signup=signup,
        tracking=plan or TrackingPlan(),
        signals={name: Signal(name, kind, type_) for name, (kind, type_) in (signals or {}).items()},
        milestones=reached,
        segments={name: Segment(name, when) for name, when in (segments or {}).items()},
        stages=tuple(Stage(name, when) for name, when in (stages or {}).items()),
        evaluation=(
            *(("milestone", name) for name in reached),
            *(("segment", name) for name in segments or {}),
            *((("ladder", ""),) if stages else ()),
        ),
    )


def one_signal(kind: SignalKind, type_: Type = Type.NUMBER, **parts: str) -> Program:
    """A program with the one signal `s`; `signup` may be named."""
    return compile_program(definitions({"s": (kind, type_)}, signup=parts.get("signup")))


def state(program: Program, events: Sequence[Event], at: Instant) -> State:
    """What is true of Ada as of `at`."""
    profile = observe.fold(program, ADA, events, at)
    assert profile is not None
    return observe.view(program, profile, at)


def values(program: Program, events: Sequence[Event], *instants: Instant) -> list[Value | None]:
    """The signal `s` as of each instant."""
    return [state(program, events, at).signals["s"] for at in instants]
