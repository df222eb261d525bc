"""Definitions and people as decisions see them, made by hand: what the fold would have worked out is simply said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tests.engine.clocks import t
from waypost.engine.charts import chart_of
from waypost.engine.decide import Answer, settle
from waypost.engine.entries import decision_event
from waypost.engine.history import History
from waypost.engine.routes import Route, paths
from waypost.engine.standing import Standing
from waypost.model.changes import Definitions
from waypost.model.conditions import Compare, Literal, Op, SignalOf, TraitOf, Truth
from waypost.model.decisions import Asked, Verdict
from waypost.model.events import Event
from waypost.model.journeys import Journey
from waypost.model.people import PersonId, State, Watch
from waypost.model.steps import Step
from waypost.model.time import Instant
from waypost.model.values import Json, Type

ADA: Final = PersonId("u:ada")
NOON: Final = t("2026-03-10T12:00:00Z")
SIGNED_UP: Final = t("2026-03-01T12:00:00Z")
WELCOME: Final = Truth(TraitOf(("welcome",)))
"""Some condition; what it comes to is said with `watch`."""
PROGRESS: Final = Compare(Op.GE, SignalOf("progress"), Literal(2_000_000, Type.NUMBER))


def define(*steps: Step, journey: Journey | None = None, **more: object) -> Definitions:
    """A project whose delivery is on, with one journey over the steps, for everybody."""
    path = journey or Journey("onboarding", tuple(step.name for step in steps), WELCOME)
    base = Definitions(hash="h1", project="acme", delivery="on")
    base = replace(base, steps={step.name: step for step in steps}, journeys={path.name: path})
    return replace(base, **more)  # type: ignore[arg-type]  # the names of fields, checked when replaced


def journey(*names: str, **more: object) -> Journey:
    """The journey `onboarding` over named steps, for everybody."""
    return replace(Journey("onboarding", names, WELCOME), **more)  # type: ignore[arg-type]


@dataclass
class Person:
    """Ada, who signed up nine days ago; conditions named in `true` have held since the instant given."""

    definitions: Definitions
    at: Instant = NOON
    true: dict[str, Instant] = field(default_factory=dict)
    ended: Mapping[str, Watch] = field(default_factory=dict)
    traits: Mapping[str, Json] = field(default_factory=dict)
    segments: Sequence[str] = ()
    history: History = field(default_factory=History)
    tester: bool = False

    def __post_init__(self) -> None:
        self.true = {"journey.onboarding.for": SIGNED_UP, **self.true}

    def standing(self) -> Standing:
        """How decisions see her."""
        state = State(
            ADA, self.at, SIGNED_UP, "newcomer", frozenset(self.segments), {"setup": None}, {"progress": 0}, self.traits
        )
        watch = {name: Watch(since, since) for name, since in self.true.items()}
        return Standing(state, {**watch, **self.ended}, self.history, self.tester)

    def route(self, step: str) -> Route:
        """How the definitions prepared a step."""
        return next(route for path in paths(self.definitions) for route in path.routes if route.step.name == step)

    def ask(self, asked: Asked | None = None, **more: object) -> Answer:
        """What is decided for her now; nothing is remembered of it."""
        question = asked or Asked(**more)  # type: ignore[arg-type]
        return settle(chart_of(self.definitions), self.standing(), question)

    def offered(self, asked: Asked | None = None, **more: object) -> list[str]:
        """The steps she is offered; the decision goes into her history."""
        answer = self.ask(asked, **more)
        self.history.remember(decision_event(answer.decision))
        return [offer.step for offer in answer.decision.offers]

    def verdict(self, step: str, asked: Asked | None = None, **more: object) -> Verdict:
        """What is said of one step."""
        verdicts = {verdict.step: verdict for verdict in self.ask(asked, **more).decision.verdicts}
        return verdicts[step]

    def does(self, name: str, step: str, at: Instant | None = None) -> None:
        """An event comes back from the page."""
        self.history.remember(came_back(name, step, self.at if at is None else at))


def came_back(name: str, step: str, at: Instant) -> Event:
    """`Step Shown` and its like, as the page sends them."""
    return Event(f"{name} {step} {at}", "track", name, at, "ada", None, {"step": step}, "web", at)
