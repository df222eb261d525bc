"""Invents projects with journeys and limits, and lives some days of one person in them: the corridor in miniature.

Ada does things, late and imported things too; her page asks; pushes are decided, looked at again, and leave or not. The
whole log is folded again for every decision, so that what is decided rests on the log alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hypothesis import strategies as st

from tests.engine.clocks import zone
from tests.laws.dice import Dice, Drawn, chance, pick, some
from waypost.engine.decide import decide
from waypost.engine.entries import decision_event, delivery_event
from waypost.engine.observe import fold
from waypost.engine.profiles import Profile
from waypost.engine.program import Program, compile_program
from waypost.engine.pushes import is_news, recheck
from waypost.model import conditions as c
from waypost.model.changes import Definitions, Delivery
from waypost.model.decisions import Asked, Cause, Decision, DeliveryOutcome
from waypost.model.events import Event, Kind
from waypost.model.journeys import Holdout, Journey, Limits, Pace, QuietHours
from waypost.model.people import PersonId
from waypost.model.segments import Segment, Stage
from waypost.model.signals import Count, Select, Signal, Since, Within
from waypost.model.steps import PUSH, Channel, Step
from waypost.model.time import DAY, HOUR, MINUTE, Duration, Instant, parse_instant
from waypost.model.values import Json, Type

ADA: Final = PersonId("u:ada")
ZONES: Final = {name: zone(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata")}
STARTS: Final = tuple(
    parse_instant(text) or 0 for text in ("2026-03-27T20:00:00Z", "2026-10-30T10:00:00Z", "2026-06-01T00:00:00Z")
)
"""Two of them just before the clock is changed, in Berlin and in New York."""


def _counts(name: str, op: c.Op, number: int) -> c.Condition:
    return c.Compare(op, c.SignalOf(name), c.Literal(number * 1_000_000, Type.NUMBER))


def _interval(operand: c.Operand, op: c.Op, duration: Duration) -> c.Condition:
    return c.Compare(op, operand, c.Literal(duration, Type.INTERVAL))


CONDITIONS: Final[tuple[c.Condition, ...]] = (
    c.Always(True),
    _counts("a", c.Op.GE, 1),
    _counts("a", c.Op.GE, 3),
    _counts("b", c.Op.EQ, 0),
    _counts("recent", c.Op.GE, 1),
    _interval(c.SignalOf("idle"), c.Op.GT, 2 * HOUR),
    _interval(c.Age(), c.Op.LT, DAY),
    c.Not(c.InSegment("quick")),
    c.Truth(c.TraitOf(("staff",))),
)


@dataclass(frozen=True)
class Sent:
    """The last look at a push: what left, or was dropped, and when."""

    decision_id: str
    step: str
    channel: Channel
    at: Instant
    outcome: DeliveryOutcome
    known: tuple[Event, ...]


@dataclass(frozen=True)
class Made:
    """A decision, and everything that was known when it was made."""

    decision: Decision
    known: tuple[Event, ...]


@dataclass
class Life:
    """One person's days: `log` in the order in which it became known."""

    definitions: Definitions
    program: Program
    now: Instant
    log: list[Event] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    outbox: list[tuple[str, str, Channel]] = field(default_factory=list)
    paused: bool = False

    def profile(self) -> Profile | None:
        """Ada, folded from all that is known."""
        return fold(self.program, ADA, self.log, self.now)

    def decide(self, asked: Asked) -> None:
        """Decide, and keep what is news."""
        profile = self.profile()
        if profile is None:
            return
        decision = decide(self.program, profile, asked, self.now)
        self.made.append(Made(decision, tuple(self.log)))
        if is_news(decision, profile.history):
            self.log.append(decision_event(decision))
            self.outbox.extend((decision.decision_id, one.step, one.channel) for one in decision.offers if asked.push)

    def deliver(self) -> None:
        """Look at every waiting push again, and let it go or drop it."""
        waiting, self.outbox = self.outbox, []
        for decision_id, step, channel in waiting:
            profile = self.profile()
            if profile is None:
                continue
            verdict, _ = recheck(self.program, profile, decision_id, step, self.now, paused=self.paused)
            outcome: DeliveryOutcome = "sent" if verdict.kept else "dropped"
            self.sent.append(Sent(decision_id, step, channel, self.now, outcome, tuple(self.log)))
            self.log.append(
                delivery_event(
                    ADA, decision_id, step, channel=channel, outcome=outcome, at=self.now, reason=verdict.reason
                )
            )

    def append(
        self, name: str, lag: Duration = 0, kind: Kind = "track", *, imported: bool = False, **said: Json
    ) -> None:
        """Something that Ada did, `lag` ago."""
        at = self.now - lag
        self.log.append(
            Event(f"m{len(self.log)}", kind, name, at, "ada", None, said, "web", self.now, imported=imported)
        )


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Any life, for Hypothesis."""
    return life(Drawn(draw))


def life(dice: Dice) -> Life:
    """Some days of Ada's in any project."""
    definitions = project(dice)
    lived = Life(definitions, compile_program(definitions), pick(dice, STARTS))
    lived.append("signed_up")
    for _ in range(dice.number(4, 30)):
        lived.now += pick(dice, (0, MINUTE, MINUTE, 9 * MINUTE, HOUR, HOUR, 3 * HOUR, 7 * HOUR, DAY)) + pick(
            dice, (0, 0, 1)
        )
        lived.paused = chance(dice, 3)
        _act(dice, lived)
    return lived


DEEDS: Final = (
    ("ask",) * 6 + ("a",) * 3 + ("time",) * 2 + ("deliver",) * 2 + ("b", "back", "late", "imported", "identify")
)


def _act(dice: Dice, lived: Life) -> None:
    what = pick(
        dice, ("ask", "ask", "ask", "a", "b", "time", "back", "deliver", "late", "imported", "identify", "pause")
    )
    match what:
        case "ask":
            slots = pick(dice, (None, None, 1, 2))
            page = pick(dice, (None, None, "/home", "/reports/7"))
            lived.decide(Asked(page=page, slots=slots, paused=lived.paused))
        case "time":
            _push(lived, "time", pick(dice, (HOUR, DAY)))
        case "back":
            step = pick(dice, list(lived.definitions.steps))
            lived.append(pick(dice, ("Step Shown", "Step Shown", "Step Dismissed", "Step Completed")), step=step)
        case "deliver":
            lived.deliver()
        case "late":
            lived.append("a", pick(dice, (2 * HOUR, DAY)))
            _push(lived, "late")
        case "imported":
            lived.append("a", pick(dice, (0, HOUR)), imported=True)
            _push(lived, "imported")
        case "identify":
            said = pick(dice, ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Mars/Olympus", None))
            lived.append("", kind="identify", timezone=said, staff=chance(dice, 50))
            _push(lived, "event")
        case name:
            lived.append(name)
            _push(lived, "event")


def _push(lived: Life, cause: Cause, back: Duration = HOUR) -> None:
    lived.decide(Asked(push=True, cause=cause, live_from=lived.now - back, paused=lived.paused))


def project(dice: Dice) -> Definitions:
    """Steps on any channels, on one or two journeys, with any limits."""
    names = [f"s{number}" for number in range(1, dice.number(2, 6) + 1)]
    steps = {name: step(dice, name, names[:place]) for place, name in enumerate(names)}
    journeys = {name: journey(dice, name, names) for name in ("onboarding", "generic")[: dice.number(1, 2)]}
    delivery: Delivery = pick(dice, ("on",) * 8 + ("testers", "off"))
    return Definitions(
        hash="lives",
        project="acme",
        signup="signed_up",
        zone=ZONES["Europe/Berlin"],
        zones=ZONES,
        signals={
            "a": Signal("a", Count(Select(("a",))), Type.NUMBER),
            "b": Signal("b", Count(Select(("b",))), Type.NUMBER),
            "recent": Signal("recent", Count(Select(("a",)), Within(5 * HOUR)), Type.NUMBER),
            "idle": Signal("idle", Since(Select(("any",))), Type.INTERVAL),
        },
        stages=(Stage("all", c.Always(True)),),
        segments={"quick": Segment("quick", CONDITIONS[4])},
        evaluation=(("segment", "quick"), ("ladder", "")),
        steps=steps,
        journeys=journeys,
        holdout=pick(dice, (None, None, None, None, Holdout(50), Holdout(50, "generic"), Holdout(100, "onboarding"))),
        delivery=delivery,
        testers=c.Truth(c.TraitOf(("staff",))),
    )


def step(dice: Dice, name: str, earlier: Sequence[str]) -> Step:
    """A step on any channel."""
    channel: Channel = pick(dice, ("tip", "modal", "checklist", "email", "email", "webhook"))
    push = channel in PUSH
    when = pick(dice, CONDITIONS) if push or chance(dice, 30) else None
    return Step(
        name,
        channel,
        page=pick(dice, (None, None, "/home*")) if not push else None,
        show_when=None if push else when,
        send_when=when if push else None,
        still_true_after=pick(dice, (None, HOUR)) if push else None,
        done_when=pick(dice, CONDITIONS[1:]) if chance(dice, 12) else None,
        after=tuple(some(dice, earlier, 0, 1)) if chance(dice, 30) else (),
        priority=dice.number(0, 2),
        cooldown=pick(dice, (None, None, None, HOUR, 2 * DAY)),
        max_shows=pick(dice, (None, None, None, 1, 3)),
        expires=DAY if chance(dice, 10) else None,
        copy={"en": {"title": "Hi {{ trait.timezone }}" if chance(dice, 10) else "Hi"}},
    )


def journey(dice: Dice, name: str, names: Sequence[str]) -> Journey:
    """A journey over all the steps."""
    quiet = pick(dice, (None, QuietHours(21 * 60, 8 * 60), QuietHours(60, 150), QuietHours(12 * 60, 13 * 60)))
    return Journey(
        name,
        tuple(names),
        c.Always(True) if chance(dice, 80) else pick(dice, CONDITIONS),
        exit=pick(dice, (CONDITIONS[2], CONDITIONS[4])) if chance(dice, 15) else None,
        again=pick(dice, (None, HOUR)),
        order="fixed" if chance(dice, 10) else "adaptive",
        pace=pick(dice, (Pace(), Pace("quick", "quick"))),
        limits=Limits(
            at_once=pick(dice, (None, 1, 1, 2)),
            per_day=pick(dice, (None, None, 1, 2)),
            per_week=pick(dice, (None, None, None, 3)),
            email_per_week=pick(dice, (None, None, 1)),
            quiet_hours=quiet,
        ),
    )
