"""The naive oracle: what definitions mean, worked out by brute force from semantics.md alone.

It keeps nothing between questions and shares no code with the two evaluators: every signal is computed from all events
up to the instant asked about, a milestone by trying every instant at which anything could change, identity by scanning
the links. Slow and plainly right; where it disagrees with an evaluator, one of the two has misread semantics.md. The
numbers in the comments are its clauses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from tests.laws import readings as r
from tests.laws.literals import durations_in
from tests.laws.owners import owned
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.events import Event
from waypost.model.people import PersonId, State, Undo
from waypost.model.time import Instant
from waypost.model.values import MILLION, Json, Type, scalar

OWN_ENTRIES = frozenset({"decision", "delivery", "undo"})
"""Kinds that Waypost writes itself: they make nobody exist."""


def states(
    definitions: Definitions, events: Iterable[Event], at: Instant, undos: Sequence[Undo] = ()
) -> dict[PersonId, State]:
    """The state of everyone who exists at `at`, from all events known."""
    found = {person: log.state(at) for person, log in logs(definitions, events, undos).items()}
    return {person: state for person, state in found.items() if state is not None}


def logs(definitions: Definitions, events: Iterable[Event], undos: Sequence[Undo] = ()) -> dict[PersonId, "Log"]:
    """Everyone's log, ready to be asked about any instant."""
    return {person: Log(definitions, person, mine) for person, mine in owned(events, undos).items()}


@dataclass
class Log:
    """One person's events in order, and every answer about them."""

    definitions: Definitions
    person: PersonId
    events: Sequence[Event]
    _reached: dict[str, Instant | None] = field(default_factory=dict)
    _candidates: list[Instant] = field(default_factory=list)

    def state(self, at: Instant) -> State | None:
        """What is true at `at`; None before the person's first event."""
        if not any(event.at <= at and event.kind not in OWN_ENTRIES for event in self.events):
            return None
        definitions = self.definitions
        return State(
            person=self.person,
            at=at,
            signup=self.signup(at),
            stage=self.stage(at),
            segments=frozenset(name for name, x in definitions.segments.items() if self.truth(x.when, at) is True),
            milestones={name: self.reached(name, at) for name in definitions.milestones},
            signals={name: r.shown(self.signal(signal.kind, at)) for name, signal in definitions.signals.items()},
            traits={key: value for key, value in self.traits(at).items() if value is not None},
        )

    # Events

    def before(self, at: Instant) -> list[Event]:
        """What has happened by `at`."""
        return [event for event in self.events if event.at <= at]

    def selected(self, select: s.Select, at: Instant, window: s.Window = None) -> list[Event]:
        """The events that a selection takes as of `at`, in order."""
        return [
            event
            for event in self.before(at)
            if r.is_named(self.definitions.tracking, event, select.names)
            and r.inside(event.at, window, at, self.signup(at))
            and (select.where is None or self.truth(select.where, at, event) is True)
        ]

    def signup(self, at: Instant) -> Instant | None:
        """The earliest signup event so far (7)."""
        names = ("any",) if self.definitions.signup is None else (self.definitions.signup,)
        plan = self.definitions.tracking
        return min((event.at for event in self.before(at) if r.is_named(plan, event, names)), default=None)

    # Values

    def field(self, event: Event, path: c.Path) -> r.Read:
        """One `EVENT.property` as the plan reads it; `EVENT.user_id` is the person (11)."""
        return (
            (Type.STRING, self.person)
            if path == ("user_id",)
            else r.property_of(self.definitions.tracking, event, path)
        )

    def traits(self, at: Instant) -> dict[str, Json]:
        """Every trait as of `at` (9)."""
        return r.traits(self.before(at))

    def numbers(self, kind: s.Sum | s.Avg, at: Instant) -> list[int]:
        """The numbers that a sum or an average adds up."""
        return [int(value) for type_, value in self.scalars(kind, at) if type_ is Type.NUMBER]

    def scalars(self, kind: s.Distinct | s.Sum | s.Avg | s.Min | s.Max | s.Latest, at: Instant) -> list[r.Scalar]:
        """The scalar values of the fields, in the order of their events."""
        found: list[tuple[Event, r.Scalar]] = []
        for one in kind.fields:
            for event in self.selected(s.Select((one.event,), kind.where), at, kind.window):
                value = self.field(event, one.path)
                if isinstance(value, tuple):
                    found.append((event, value))
        return [value for _, value in sorted(found, key=lambda pair: (pair[0].at, pair[0].message_id.encode()))]

    def signal(self, kind: s.Kind, at: Instant) -> r.Scalar | None:
        """The value of a signal as of `at` (12 to 16)."""
        match kind:
            case s.Count(select, window):
                return r.number(len(self.selected(select, at, window)))
            case s.Days(select, window):
                return r.number(len({self.definitions.zone.day(e.at) for e in self.selected(select, at, window)}))
            case s.Distinct():
                return r.number(len(set(self.scalars(kind, at))))
            case s.Sum():
                return Type.NUMBER, sum(self.numbers(kind, at))
            case s.Avg():
                numbers = self.numbers(kind, at)
                return (Type.NUMBER, Fraction(sum(numbers), len(numbers))) if numbers else None
            case s.Min():
                return min(self.scalars(kind, at), key=r.rank, default=None)
            case s.Max():
                return max(self.scalars(kind, at), key=r.rank, default=None)
            case s.Latest():
                return next(reversed(self.scalars(kind, at)), None)
            case s.First(select, window):
                return next(((Type.INSTANT, event.at) for event in self.selected(select, at, window)), None)
            case s.Last(select, window):
                return next(((Type.INSTANT, e.at) for e in reversed(self.selected(select, at, window))), None)
            case s.Since(select, window):
                return next(((Type.INTERVAL, at - e.at) for e in reversed(self.selected(select, at, window))), None)
            case s.TimeTo(select, begin, window):
                starts = [self.signup(at)] if begin is None else [event.at for event in self.selected(begin, at)]
                if not starts or (start := starts[0]) is None:
                    return None
                ends = [event.at for event in self.selected(select, at, window) if event.at >= start]
                return (Type.INTERVAL, ends[0] - start) if ends else None
            case s.Sequence(steps, window):
                return r.number(self.steps_done(steps, at, window))
            case s.Peak(of, over):
                rolling = type(of)(of.select, s.Within(over))
                values = [self.signal(rolling, event.at) for event in self.before(at)]
                return max((value for value in values if value is not None), key=lambda x: x[1], default=r.number(0))
            case s.Ratio(above, below):
                numerator, denominator = self.signal(above, at), self.signal(below, at)
                if any(part is None or part[0] is not Type.NUMBER for part in (numerator, denominator)):
                    return None  # the greatest of an undeclared property may be a text
                if numerator is None or denominator is None or denominator[1] == 0:
                    return None
                return Type.NUMBER, Fraction(numerator[1]) / Fraction(denominator[1]) * MILLION
            case _:
                assert_never(kind)

    def steps_done(self, steps: Sequence[s.Select], at: Instant, window: s.Window) -> int:
        """How many steps are done in order (14)."""
        done: list[Instant] = []
        for step in steps:
            rivals = [done[i] for i, earlier in enumerate(steps[: len(done)]) if r.share_a_name(earlier, step)]
            fits = [
                event.at
                for event in self.selected(step, at, window)
                if all(event.at >= earlier for earlier in done) and all(event.at > rival for rival in rivals)
            ]
            if not fits:
                break
            done.append(fits[0])
        return len(done)

    # Predicates

    def operand(self, operand: c.Operand, at: Instant, event: Event | None) -> r.Read:
        """What an operand is as of `at` (18)."""
        match operand:
            case c.Literal(value, type_):
                return type_, value
            case c.SignalOf(name):
                return self.signal(self.definitions.signals[name].kind, at)
            case c.TraitOf(path):
                return r.undeclared(r.dig(self.traits(at), path))
            case c.SinceTrait(path):
                since = r.trait_since(self.before(at), path)
                return None if since is None else r.interval(at - since)
            case c.PropertyOf(path):
                return r.property_of(self.definitions.tracking, r.given(event), path)
            case c.EventName():
                return Type.STRING, r.name_of(self.definitions.tracking, r.given(event))
            case c.EventSource():
                return Type.STRING, r.given(event).source
            case c.ReachedOf(name):
                return Type.BOOLEAN, self.reached(name, at) is not None
            case c.TookOf(name):
                reached, signup = self.reached(name, at), self.signup(at)
                return None if reached is None or signup is None else r.interval(reached - signup)
            case c.StageOf():
                stage = self.stage(at)
                return None if stage is None else (Type.STRING, stage)
            case c.Age():
                signup = self.signup(at)
                return None if signup is None else r.interval(at - signup)
            case c.AnswerOf():
                raise NotImplementedError("answers belong to surveys, not to a person's state")
            case _:
                assert_never(operand)

    def scalar(self, operand: c.Operand, at: Instant, event: Event | None) -> r.Scalar | None:
        """An operand that is to be compared: a list or an object has no value."""
        value = self.operand(operand, at, event)
        return None if isinstance(value, str) else value

    def truth(self, condition: c.Condition, at: Instant, event: Event | None = None) -> r.Truth:
        """TRUE, FALSE or NULL (17)."""
        match condition:
            case c.Always(value):
                return value
            case c.And(items):
                truths = [self.truth(item, at, event) for item in items]
                return False if False in truths else None if None in truths else True
            case c.Or(items):
                truths = [self.truth(item, at, event) for item in items]
                return True if True in truths else None if None in truths else False
            case c.Not(item):
                truth = self.truth(item, at, event)
                return None if truth is None else not truth
            case c.Truth(operand):
                got = self.scalar(operand, at, event)
                return got[1] is True if got is not None and got[0] is Type.BOOLEAN else None
            case c.Compare(op, left, right):
                one, other = self.scalar(left, at, event), self.scalar(right, at, event)
                return (
                    None if one is None or other is None or one[0] is not other[0] else r.COMPARE[op](one[1], other[1])
                )
            case c.Among(operand, literals):
                got = self.scalar(operand, at, event)
                if got is None or got[0] is not literals[0].type:
                    return None
                return any(got[1] == literal.value for literal in literals)
            case c.Like(operand, pattern):
                got = self.scalar(operand, at, event)
                return r.like(str(got[1]), pattern) if got is not None and got[0] is Type.STRING else None
            case c.Missing(operand):
                return self.operand(operand, at, event) is None
            case c.Differs(left, right):
                return self.scalar(left, at, event) != self.scalar(right, at, event)
            case c.Has(path, literal):
                listed = r.dig(self.traits(at), path)
                if not isinstance(listed, Sequence) or isinstance(listed, str):
                    return False
                return (literal.type, literal.value) in [scalar(item) for item in listed]
            case c.InSegment(name):
                return self.truth(self.definitions.segments[name].when, at) is True
            case _:
                assert_never(condition)

    def stage(self, at: Instant) -> str | None:
        """The first rung that holds."""
        return next((rung.name for rung in self.definitions.stages if self.truth(rung.when, at) is True), None)

    # What is reached once: clauses 5 and 20

    def reached(self, name: str, at: Instant) -> Instant | None:
        """When the milestone was reached, if that was by `at`."""
        if name not in self._reached:
            self._reached[name] = self._first_instant(name)
        instant = self._reached[name]
        return instant if instant is not None and instant <= at else None

    def _first_instant(self, name: str) -> Instant | None:
        milestone = self.definitions.milestones[name]
        for at in self.candidates():
            if milestone.within is not None:
                signup = self.signup(at)
                if signup is None or at >= signup + milestone.within:
                    continue
            if self.truth(milestone.when, at) is True:
                return at
        return None

    def candidates(self) -> list[Instant]:
        """Every instant at which anything can change: events, and each of them plus each duration written anywhere."""
        if not self._candidates:
            instants = {event.at for event in self.events if event.kind not in OWN_ENTRIES}
            shifts = durations_in(self.definitions)
            later = {at + shift + more for at in instants for shift in shifts for more in (0, 1)}
            self._candidates = sorted(at for at in instants | later if at >= min(instants, default=at))
        return self._candidates
