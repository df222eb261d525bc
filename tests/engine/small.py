"""Small worlds: definitions over windows of a few microseconds and a log to match, so that every instant can be looked at.

`Reference` evaluates such a world at every microsecond with the conditions' own closures, in the order of evaluation.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from waypost.engine import observe
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.changes import Definitions
from waypost.model.conditions import (
    Age,
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
    Operand,
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
from waypost.model.events import Event, Kind
from waypost.model.journeys import Journey
from waypost.model.milestones import Milestone
from waypost.model.people import PersonId, Watch
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
from waypost.model.signals import Kind as SignalKind
from waypost.model.signals import Sequence as InOrder
from waypost.model.steps import Step
from waypost.model.time import DAY, Instant, Offsets
from waypost.model.values import MILLION, Json, Type

ADA = PersonId("u:ada")
START: Instant = 0
END: Instant = 60


def event(
    at: Instant,
    name: str = "a",
    *,
    kind: Kind = "track",
    id: str | None = None,
    source: str = "web",
    imported: bool = False,
    **properties: Json,
) -> Event:
    """One event of Ada's."""
    return Event(
        message_id=id or f"{name}@{at}",
        kind=kind,
        name=name,
        at=at,
        user_id="ada",
        anonymous_id=None,
        properties=properties,
        source=source,
        received_at=at,
        imported=imported,
    )


def number(value: int) -> Literal:
    """A number as definitions write it."""
    return Literal(value * MILLION, Type.NUMBER)


def text(value: str) -> Literal:
    """A text as definitions write it."""
    return Literal(value, Type.STRING)


def interval(value: int) -> Literal:
    """An interval of microseconds."""
    return Literal(value, Type.INTERVAL)


def instant(value: int) -> Literal:
    """An instant."""
    return Literal(value, Type.INSTANT)


class Maker:
    """Invents definitions and logs from one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def definitions(self) -> Definitions:
        """A definition set with every sort of rule."""
        signals = {f"s{place}": self.signal(f"s{place}") for place in range(self.dice.randint(2, 6))}
        self.signals = signals
        self.known: list[Condition] = []
        milestones, segments = {}, {}
        for name in ("m0", "m1"):
            milestones[name] = Milestone(name, self.condition(), self.dice.choice([None, self.dice.randint(1, 30)]))
            self.known.append(Truth(ReachedOf(name)))
            self.known.append(Compare(self.dice.choice(list(Op)), TookOf(name), interval(self.dice.randint(-3, 9))))
        for name in ("g0", "g1", "g2"):
            segments[name] = Segment(name, self.condition())
            self.known.append(InSegment(name))
        stages = (*(Stage(f"t{place}", self.condition()) for place in range(3)), Stage("t3", Not(Or(()))))
        self.known.append(Compare(self.dice.choice([Op.EQ, Op.NE]), StageOf(), text("t1")))
        self.known.append(Among(StageOf(), (text("t0"), text("t2"))))
        journeys = {"j": Journey("j", (), self.condition(), exit=self.condition())}
        steps = {
            "show": Step("show", "tip", show_when=self.condition(), done_when=self.condition()),
            "send": Step("send", "email", send_when=self.condition()),
        }
        return Definitions(
            hash="0123456789abcdef",
            project="small",
            signup=self.dice.choice([None, "a", "s"]),
            # Days of three microseconds would be best; an offset at least moves midnight into the log.
            zone=Offsets("small", (-(2**62), 20, 35), (-4, -12, 6)),
            signals=signals,
            milestones=milestones,
            segments=segments,
            stages=stages,
            journeys=journeys,
            steps=steps,
            evaluation=(
                ("milestone", "m0"),
                ("milestone", "m1"),
                ("segment", "g0"),
                ("segment", "g1"),
                ("segment", "g2"),
                ("ladder", ""),
            ),
        )

    def signal(self, name: str) -> Signal:
        """A signal of any kind."""
        kind, type_ = self.kind()
        return Signal(name, kind, type_)

    def window(self) -> Window:
        """Any window, mostly a rolling one."""
        dice = self.dice
        if dice.random() < 0.5:
            return Within(dice.randint(1, 12))
        start = dice.randint(0, 6)
        return dice.choice([None, InFirst(dice.randint(1, 20)), Between(start, start + dice.randint(1, 15))])

    def select(self) -> Select:
        """Some events, now and then with a `where:`."""
        dice = self.dice
        names = dice.choice([("any",), ("a",), ("b",), ("c",), ("a", "b")])
        where: Condition | None = None
        if dice.random() < 0.3:
            where = dice.choice(
                [
                    Compare(Op.GE, PropertyOf(("x",)), number(1)),
                    Missing(PropertyOf(("x",))),
                    Not(Compare(Op.EQ, PropertyOf(("x",)), text("u"))),
                    Compare(Op.NE, EventName(), text("b")),
                ]
            )
        return Select(names, where)

    def fields(self) -> tuple[Field, ...]:
        """One property, of one or two events."""
        return tuple(Field(name, ("x",)) for name in self.dice.choice([("any",), ("a",), ("a", "b")]))

    def numeric(self) -> Numeric:
        """A signal that a ratio may be made of."""
        dice = self.dice
        return dice.choice(
            [
                Count(self.select(), self.window()),
                Count(Select(("any",)), Within(dice.randint(2, 12))),
                Days(self.select(), self.window()),
                Distinct(self.fields(), None, self.window()),
                Sum(self.fields(), None, self.window()),
                InOrder(tuple(self.select() for _ in range(dice.randint(1, 3))), self.window()),
                Peak(dice.choice([Count(self.select()), Days(self.select())]), dice.randint(1, 8)),
            ]
        )

    def kind(self) -> tuple[SignalKind, Type]:
        """A kind with its type."""
        fields, window = self.fields(), self.window()
        choices: list[tuple[SignalKind, Type]] = [(self.numeric(), Type.NUMBER) for _ in range(5)]
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
        return self.dice.choice(choices)

    def condition(self, depth: int = 2) -> Condition:
        """Any condition over the signals, and what is known by then."""
        dice = self.dice
        if depth and dice.random() < 0.6:
            items = tuple(self.condition(depth - 1) for _ in range(dice.randint(2, 3)))
            return dice.choice([And(items), Or(items), Not(items[0])])
        if self.known and dice.random() < 0.3:
            return dice.choice(self.known)
        if dice.random() < 0.15:
            return dice.choice(
                [
                    Truth(TraitOf(("t",))),
                    Compare(Op.EQ, TraitOf(("t",)), text("u")),
                    Compare(Op.LT, SinceTrait(("t",)), interval(dice.randint(1, 9))),
                    Has(("t",), number(1)),
                    Missing(TraitOf(("t",))),
                    Like(TraitOf(("t",)), "_"),
                    Differs(TraitOf(("t",)), TraitOf(("v",))),
                ]
            )
        if dice.random() < 0.15:
            return Compare(dice.choice(list(Op)), Age(), interval(dice.randint(0, 25)))
        return self.on_signal(dice.choice(list(self.signals.values())))

    def on_signal(self, signal: Signal) -> Condition:
        """A comparison of one signal, now and then with another."""
        dice, operand = self.dice, SignalOf(signal.name)
        likes = [
            other for other in self.signals.values() if other.type is signal.type and not isinstance(other.kind, Avg | Ratio)
        ]
        if dice.random() < 0.15 and signal.type is not Type.INTERVAL and not isinstance(signal.kind, Avg | Ratio):
            other: Operand = SignalOf(dice.choice(likes).name)
            return dice.choice([Compare(dice.choice(list(Op)), operand, other), Differs(operand, other)])
        literal = self.literal(signal.type)
        return dice.choice(
            [
                Compare(dice.choice(list(Op)), operand, literal),
                Compare(dice.choice(list(Op)), literal, operand),
                Compare(dice.choice(list(Op)), operand, self.literal(signal.type)),
                Among(operand, (literal, self.literal(signal.type))),
                Missing(operand),
                Differs(operand, literal),
            ]
        )

    def literal(self, type_: Type) -> Literal:
        """A literal that may be near the values."""
        dice = self.dice
        match type_:
            case Type.NUMBER:
                return dice.choice([number(dice.randint(0, 4)), Literal(dice.choice([500_000, 1_500_000, 333_333]), type_)])
            case Type.ANY:
                return dice.choice([number(dice.randint(0, 2)), text("u"), Literal(True, Type.BOOLEAN)])
            case _:
                return Literal(dice.randint(0, 25), type_)

    def log(self) -> list[Event]:
        """Ada's events: crowded, with ties, gaps and odd values."""
        dice = self.dice
        events: list[Event] = []
        at = START
        for place in range(dice.randint(1, 16)):
            at += dice.choice([0, 1, 1, 2, 3, 5, 9])
            if at >= END - 10:
                break
            id = f"{dice.randint(0, 9)}{place}"
            sort = dice.random()
            if sort < 0.15:
                traits = {dice.choice("tv"): dice.choice([None, "u", 1, True, [1, 2], "u"])}
                events.append(event(at, "", kind="identify", id=id, **traits))
            elif sort < 0.25:
                events.append(event(at, "page", kind="page", id=id, x=dice.choice([1, "u"])))
            elif sort < 0.3:
                events.append(event(at, "Step Shown", id=id, step="show"))
            else:
                value = dice.choice([0, 1, 2, -1, 0.5, "u", "v", True, False, None, [1]])
                events.append(event(at, dice.choice("aaabbcs"), id=id, x=value))
        return events


class Reference:
    """A world evaluated at every microsecond from its first event on, condition by condition."""

    def __init__(self, program: Program, log: Sequence[Event], until: Instant = END) -> None:
        self.program = program
        bare = replace(program, rules=())
        self.states: dict[Instant, tuple[object, ...]] = {}
        self.awaited: dict[Instant, tuple[object, ...]] = {}
        self.profile: Profile | None = None
        self._true: dict[str, bool] = {}
        spells: dict[str, Watch] = {}
        for at in range(START, until + 1):
            now = sorted((one for one in log if one.at == at), key=lambda one: one.message_id)
            if self.profile is None and now:
                self.profile = observe.fold(bare, ADA, now, at)
            elif self.profile is not None:
                observe.observe(bare, self.profile, now)
            if self.profile is None:
                continue
            self._decide(self.profile, at)
            for name, condition, _ in program_watches(program.definitions):
                spell = spells.setdefault(name, Watch())
                holds = program.test(condition)(self.profile, at) is True
                if holds and spell.since is None:
                    spell.since = at
                    spell.first = at if spell.first is None else spell.first
                elif not holds and spell.since is not None:
                    spell.since, spell.ended = None, at
            shown = {name: (one.since, one.first, one.ended) for name, one in spells.items() if one.first is not None}
            decided = (self.profile.stage, self.profile.truths, tuple(self.profile.reached))
            self.states[at] = (*decided, shown)
            self.awaited[at] = (*decided, {name: one[0] for name, one in shown.items() if "show_when" not in name})

    def _decide(self, profile: Profile, at: Instant) -> None:
        definitions = self.program.definitions
        for kind, name in definitions.evaluation:
            if kind == "milestone":
                milestone, place = definitions.milestones[name], list(definitions.milestones).index(name)
                signup, within = profile.signup, milestone.within
                in_time = within is None or (signup is not None and signup <= at < signup + within)
                if profile.reached[place] is None and in_time and self._holds(milestone.when, at):
                    profile.reached[place] = at
            elif kind == "segment":
                place = list(definitions.segments).index(name)
                profile.truths &= ~(1 << place)
                profile.truths |= self._holds(definitions.segments[name].when, at) << place
            else:
                rungs = (place for place, stage in enumerate(definitions.stages) if self._holds(stage.when, at))
                profile.stage = next(rungs, -1)

    def _holds(self, condition: Condition, at: Instant) -> bool:
        assert self.profile is not None
        return self.program.test(condition)(self.profile, at) is True


def program_watches(definitions: Definitions) -> Iterator[tuple[str, Condition, bool]]:
    """The watched conditions by the names that the contract gives them."""
    for journey in definitions.journeys.values():
        yield f"journey.{journey.name}.for", journey.entry, True
        if journey.exit is not None:
            yield f"journey.{journey.name}.exit", journey.exit, True
    for step in definitions.steps.values():
        for word, condition in (("show_when", step.show_when), ("send_when", step.send_when), ("done_when", step.done_when)):
            if condition is not None:
                yield f"step.{step.name}.{word}", condition, word != "show_when"


def decided(program: Program, profile: Profile) -> tuple[object, ...]:
    """What a profile says, in the form of `Reference.states`."""
    segments = (1 << len(program.definitions.segments)) - 1
    shown: Mapping[str, object] = {name: (one.since, one.first, one.ended) for name, one in profile.watch.items()}
    return profile.stage, profile.truths & segments, tuple(profile.reached), shown


assert DAY
