"""Invents small worlds: definitions over windows of a few microseconds, and a crowded log to match."""

import random
from collections.abc import Sequence
from typing import TypeVar

from tests.engine.small import HASH, event, interval, number, text
from waypost.model.changes import Definitions
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    Compare,
    Condition,
    Differs,
    EventName,
    Has,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Or,
    PropertyOf,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.events import Event
from waypost.model.journeys import Journey
from waypost.model.milestones import Milestone
from waypost.model.segments import Segment, Stage
from waypost.model.signals import (
    Avg,
    Between,
    Count,
    Days,
    Distinct,
    Field,
    First,
    InFirst,
    Kind,
    Last,
    Latest,
    Max,
    Min,
    Numeric,
    Peak,
    Ratio,
    Select,
    Signal,
    Since,
    Sum,
    TimeTo,
    Window,
    Within,
)
from waypost.model.signals import Sequence as InOrder
from waypost.model.steps import Step
from waypost.model.time import Instant, Offsets
from waypost.model.values import Json, Type

START: Instant = 0
END: Instant = 60
ZONE = Offsets("small", (-(2**62), 20, 35), (-4, -12, 6))
"""Clocks are set back and forth over midnight in the middle of the log."""

T = TypeVar("T")


class Maker:
    """Everything that one seed gives."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.signals: dict[str, Signal] = {}
        self.known: list[Condition] = []

    def chance(self, share: float) -> bool:
        """TRUE so often."""
        return self.dice.random() < share

    def one(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self.dice.choice(choices)

    def upto(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.dice.randint(low, high)

    def definitions(self) -> Definitions:
        """A definition set with every sort of rule."""
        for place in range(self.upto(2, 6)):
            kind, type_ = self.kind()
            self.signals[f"s{place}"] = Signal(f"s{place}", kind, type_)
        milestones, segments = {}, {}
        for name in ("m0", "m1"):
            milestones[name] = Milestone(name, self.condition(), self.one([None, self.upto(1, 30)]))
            self.known.append(Truth(ReachedOf(name)))
            self.known.append(Compare(self.one(list(Op)), TookOf(name), interval(self.upto(-3, 9))))
        for name in ("g0", "g1", "g2"):
            segments[name] = Segment(name, self.condition())
            self.known.append(InSegment(name))
        stages = (*(Stage(f"t{place}", self.condition()) for place in range(3)), Stage("t3", Always(True)))
        self.known.append(Compare(self.one([Op.EQ, Op.NE]), StageOf(), text("t1")))
        self.known.append(Among(StageOf(), (text("t0"), text("t2"))))
        return Definitions(
            hash=HASH,
            project="small",
            signup=self.one([None, "a", "s"]),
            zone=ZONE,
            signals=self.signals,
            milestones=milestones,
            segments=segments,
            stages=stages,
            journeys={"j": Journey("j", (), self.condition(), exit=self.condition())},
            steps={
                "show": Step("show", "tip", show_when=self.condition(), done_when=self.condition()),
                "send": Step("send", "email", send_when=self.condition()),
            },
            evaluation=(
                *(("milestone", name) for name in milestones),
                *(("segment", name) for name in segments),
                ("ladder", ""),
            ),
        )

    def window(self) -> Window:
        """Any window, mostly a rolling one."""
        if self.chance(0.5):
            return Within(self.upto(1, 12))
        start = self.upto(0, 6)
        windows: list[Window] = [None, InFirst(self.upto(1, 20)), Between(start, start + self.upto(1, 15))]
        return self.one(windows)

    def select(self) -> Select:
        """Some events, now and then with a `where:`."""
        names = self.one([("any",), ("a",), ("b",), ("c",), ("a", "b")])
        conditions: list[Condition] = [
            Compare(Op.GE, PropertyOf(("x",)), number(1)),
            Missing(PropertyOf(("x",))),
            Not(Compare(Op.EQ, PropertyOf(("x",)), text("u"))),
            Compare(Op.NE, EventName(), text("b")),
        ]
        return Select(names, self.one(conditions) if self.chance(0.3) else None)

    def fields(self) -> tuple[Field, ...]:
        """One property, of one or two events."""
        return tuple(Field(name, ("x",)) for name in self.one([("any",), ("a",), ("a", "b")]))

    def numeric(self) -> Numeric:
        """A signal that a ratio may be made of."""
        peaked: list[Count | Days] = [Count(self.select()), Days(self.select())]
        kinds: list[Numeric] = [
            Count(self.select(), self.window()),
            Count(Select(("any",)), Within(self.upto(2, 12))),
            Days(self.select(), self.window()),
            Distinct(self.fields(), None, self.window()),
            Sum(self.fields(), None, self.window()),
            InOrder(tuple(self.select() for _ in range(self.upto(1, 3))), self.window()),
            Peak(self.one(peaked), self.upto(1, 8)),
        ]
        return self.one(kinds)

    def kind(self) -> tuple[Kind, Type]:
        """A kind with its type."""
        fields, window = self.fields(), self.window()
        choices: list[tuple[Kind, Type]] = [(self.numeric(), Type.NUMBER) for _ in range(5)]
        choices += [
            (Avg(fields, None, window), Type.NUMBER),
            (Ratio(self.numeric(), self.numeric()), Type.NUMBER),
            (Ratio(Count(Select(("a",)), Within(7)), Count(Select(("any",)), Within(9))), Type.NUMBER),
            (Min(fields, None, window), Type.ANY),
            (Max(fields, None, window), Type.ANY),
            (Latest(fields, None, window), Type.ANY),
            (First(self.select(), window), Type.INSTANT),
            (Last(self.select(), window), Type.INSTANT),
            (Since(self.select(), window), Type.INTERVAL),
            (Since(self.select()), Type.INTERVAL),
            (TimeTo(self.select(), None, window), Type.INTERVAL),
            (TimeTo(self.select(), self.select(), window), Type.INTERVAL),
        ]
        return self.one(choices)

    def condition(self, depth: int = 2) -> Condition:
        """Any condition over the signals, and over what is decided before it."""
        if depth and self.chance(0.6):
            items = tuple(self.condition(depth - 1) for _ in range(self.upto(2, 3)))
            joined: list[Condition] = [And(items), Or(items), Not(items[0])]
            return self.one(joined)
        if self.known and self.chance(0.3):
            return self.one(self.known)
        if self.chance(0.15):
            of_traits: list[Condition] = [
                Truth(TraitOf(("t",))),
                Compare(Op.EQ, TraitOf(("t",)), text("u")),
                Compare(Op.LT, SinceTrait(("t",)), interval(self.upto(1, 9))),
                Has(("t",), number(1)),
                Missing(TraitOf(("t",))),
                Like(TraitOf(("t",)), "_"),
                Differs(TraitOf(("t",)), TraitOf(("v",))),
            ]
            return self.one(of_traits)
        if self.chance(0.15):
            return Compare(self.one(list(Op)), Age(), interval(self.upto(0, 25)))
        return self.on_signal(self.one(list(self.signals.values())))

    def on_signal(self, signal: Signal) -> Condition:
        """A comparison of one signal, now and then with another."""
        operand, literal = SignalOf(signal.name), self.literal(signal.type)
        plain = [one for one in self.signals.values() if not isinstance(one.kind, Avg | Ratio)]
        if self.chance(0.15) and signal in plain and signal.type is not Type.INTERVAL:
            other = SignalOf(self.one([one for one in plain if one.type is signal.type]).name)
            of_two: list[Condition] = [Compare(self.one(list(Op)), operand, other), Differs(operand, other)]
            return self.one(of_two)
        conditions: list[Condition] = [
            Compare(self.one(list(Op)), operand, literal),
            Compare(self.one(list(Op)), literal, operand),
            Compare(self.one(list(Op)), operand, self.literal(signal.type)),
            Among(operand, (literal, self.literal(signal.type))),
            Missing(operand),
            Differs(operand, literal),
        ]
        return self.one(conditions)

    def literal(self, type_: Type) -> Literal:
        """A literal that may be near the values."""
        match type_:
            case Type.NUMBER:
                return number(self.one([0, 1, 2, 3, 4, 0.5, 1.5, 0.333333]))
            case Type.ANY:
                return self.one([number(self.upto(0, 2)), text("u"), Literal(True, Type.BOOLEAN)])
            case _:
                return Literal(self.upto(0, 25), type_)

    def log(self) -> list[Event]:
        """Ada's events: crowded, with ties, gaps and odd values."""
        events: list[Event] = []
        at = START
        for place in range(self.upto(1, 16)):
            at += self.one([0, 1, 1, 2, 3, 5, 9])
            if at >= END - 10:
                break
            message_id = f"{self.upto(0, 9)}{place}"
            sort = self.dice.random()
            if sort < 0.15:
                traits: list[Json] = [None, "u", 1, True, [1, 2], "u"]
                given_traits = {self.one("tv"): self.one(traits)}
                events.append(event(at, "", given_traits, kind="identify", id=message_id))
            elif sort < 0.25:
                events.append(event(at, "page", {"x": self.one([1, "u"])}, kind="page", id=message_id))
            elif sort < 0.3:
                events.append(event(at, "Step Shown", {"step": "show"}, id=message_id))
            else:
                given: list[Json] = [0, 1, 2, -1, 0.5, "u", "v", True, False, None, [1]]
                events.append(event(at, self.one("aaabbcs"), {"x": self.one(given)}, id=message_id))
        return events
