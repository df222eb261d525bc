"""Invents small definition sets: every kind of signal, window and predicate, and every trap that semantics.md names."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from tests.laws.dice import Dice, chance, pick, shuffled, some
from tests.laws.predicates import BASE, LITERALS, Term, condition
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.journeys import Journey
from waypost.model.milestones import Milestone
from waypost.model.segments import Segment, Stage
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, UTC_OFFSETS, WEEK, Offsets
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan
from waypost.model.values import Type

CROOKED: Final = Offsets("Crooked/Zone", (-(2**62), BASE + 5 * HOUR), (HOUR, 2 * HOUR))
SET_BACK: Final = Offsets("Set/Back", (-(2**62), BASE + HOUR // 2), (4 * HOUR, 2 * HOUR))
"""Its clocks are set back over midnight just after worlds begin, so that a day comes again after the next one began."""
ZONES: Final = {"UTC": UTC_OFFSETS, "Crooked/Zone": CROOKED, "Set/Back": SET_BACK}
DURATIONS: Final = (HOUR, 2 * HOUR, 5 * HOUR, 12 * HOUR, DAY, 2 * DAY, WEEK)
SELECTED: Final = (
    ("a",), ("a",), ("b",), ("a", "b"), ("signed_up",), ("any",), ("any",),
    ("page",), ("screen", "c"), ("b", "Step Shown"),
)  # fmt: skip
TRAITS: Final[tuple[c.Path, ...]] = (("plan",), ("size",), ("deep", "er"))
TYPES: Final = {
    PropertyType.STRING: Type.STRING,
    PropertyType.NUMBER: Type.NUMBER,
    PropertyType.INTEGER: Type.NUMBER,
    PropertyType.BOOLEAN: Type.BOOLEAN,
    PropertyType.TIMESTAMP: Type.INSTANT,
}


def definitions(dice: Dice) -> Definitions:
    """A definition set of a few signals, milestones, segments and rungs."""
    plan = tracking(dice)
    names = [f"g{i}" for i in range(1, dice.number(2, 6) + 1)]
    signals = {name: signal(dice, name, plan) for name in names}
    nodes = shuffled(dice, ["m1", "m2", "s1", "s2", "", *some(dice, ["m3", "s3"], 0, 2)])
    terms = [term_of(signal) for signal in signals.values()]
    terms += [Term(c.TraitOf(path), Type.ANY) for path in TRAITS]
    terms += [Term(c.SinceTrait(path), Type.INTERVAL, moving=True) for path in TRAITS]
    terms.append(Term(c.Age(), Type.INTERVAL, moving=True))
    milestones: dict[str, Milestone] = {}
    segments: dict[str, Segment] = {}
    stages: tuple[Stage, ...] = ()
    for node in nodes:
        if node == "":
            rungs = [Stage(f"r{i}", condition(dice, terms, segments)) for i in range(1, dice.number(1, 3) + 1)]
            stages = (*rungs, Stage("rest", c.Always(True)))
            terms.append(Term(c.StageOf(), Type.STRING))
        elif node.startswith("m"):
            within = pick(dice, DURATIONS) if chance(dice, 50) else None
            milestones[node] = Milestone(node, condition(dice, terms, segments), within)
            terms.append(Term(c.ReachedOf(node), Type.BOOLEAN))
            terms.append(Term(c.TookOf(node), Type.INTERVAL, moving=True))
        else:
            segments[node] = Segment(node, condition(dice, terms, segments))
    found = Definitions(
        hash="",
        project="world",
        signup=pick(dice, ("signed_up", "a", None, "page", "identify")),
        activation="m1",
        zone=pick(dice, (UTC_OFFSETS, CROOKED, SET_BACK)),
        zones=ZONES,
        tracking=plan,
        signals=signals,
        milestones={name: milestones[name] for name in sorted(milestones)},
        stages=stages,
        segments={name: segments[name] for name in sorted(segments)},
        evaluation=tuple(map(evaluated, nodes)),
    )
    return replace(found, hash=hashlib.sha256(repr(found).encode()).hexdigest())


def with_journeys(dice: Dice, rules: Definitions) -> Definitions:
    """The same with a journey and three steps, whose conditions look at everything there is."""
    terms = [term_of(signal) for signal in rules.signals.values()]
    terms += [Term(c.TraitOf(path), Type.ANY) for path in TRAITS]
    terms += [Term(c.SinceTrait(path), Type.INTERVAL, moving=True) for path in TRAITS]
    terms += [Term(c.ReachedOf(name), Type.BOOLEAN) for name in rules.milestones]
    terms += [Term(c.TookOf(name), Type.INTERVAL, moving=True) for name in rules.milestones]
    terms += [Term(c.Age(), Type.INTERVAL, moving=True), Term(c.StageOf(), Type.STRING)]

    def any_condition() -> c.Condition:
        return condition(dice, terms, rules.segments)

    steps = (
        Step("shown", "tip", show_when=any_condition(), done_when=any_condition()),
        Step("sent", "email", send_when=any_condition()),
        Step("plain", "banner"),
    )
    journey = Journey("way", tuple(step.name for step in steps), any_condition(), exit=any_condition())
    whole = replace(rules, steps={step.name: step for step in steps}, journeys={journey.name: journey})
    return replace(whole, hash=hashlib.sha256(repr(whole).encode()).hexdigest())


def evaluated(node: str) -> tuple[Literal["milestone", "segment", "ladder"], str]:
    """A node as the order of evaluation names it."""
    return ("ladder", "") if node == "" else ("milestone", node) if node.startswith("m") else ("segment", node)


def tracking(dice: Dice) -> TrackingPlan:
    """A plan for some of `a`, `b` and `page`: other names, other names of properties, declared types."""
    planned = {}
    for name, also, rename in (
        ("a", ("A!", "The a"), {"ex": "x"}),
        ("b", ("Bee",), {"why": "y"}),
        ("page", ("Seen",), {"ex": "x"}),
    ):
        if not chance(dice, 70):
            continue
        properties = {
            key: Property(key, pick(dice, types), required=False)
            for key, types in (
                ("x", (PropertyType.NUMBER, PropertyType.INTEGER)),
                ("y", (PropertyType.STRING,)),
                ("z", (PropertyType.TIMESTAMP,)),
                ("f", (PropertyType.BOOLEAN,)),
                ("l", (PropertyType.LIST, PropertyType.OBJECT)),
            )
            if chance(dice, 70)
        }
        fits = not properties or set(rename.values()) <= set(properties)
        planned[name] = PlannedEvent(name, also, rename if fits and chance(dice, 60) else {}, properties)
    return TrackingPlan(planned)


def declared(plan: TrackingPlan, names: Sequence[str], path: c.Path) -> Type:
    """The type that every one of the events declares for the property, else ANY."""
    types = set()
    for name in names:
        event = plan.events.get(name)
        found = event.properties.get(path[0]) if event is not None and len(path) == 1 else None
        types.add(TYPES.get(found.type, Type.ANY) if found is not None else Type.ANY)
    return types.pop() if len(types) == 1 else Type.ANY


def signal(dice: Dice, name: str, plan: TrackingPlan) -> s.Signal:
    """A signal of any kind."""
    kind = pick(
        dice,
        (counted, counted, distinct, summed, mean, extreme, latest, instant, since, time_to, sequence, peak, ratio),
    )(dice, plan)
    return s.Signal(name, kind, type_of(kind))


def type_of(kind: s.Kind) -> Type:
    """What type a signal has."""
    if isinstance(kind, s.First | s.Last):
        return Type.INSTANT
    if isinstance(kind, s.Since | s.TimeTo):
        return Type.INTERVAL
    if isinstance(kind, s.Min | s.Max | s.Latest):
        types = {field.type for field in kind.fields}
        return types.pop() if len(types) == 1 else Type.ANY
    return Type.NUMBER


def term_of(signal: s.Signal) -> Term:
    """A signal as a term."""
    return Term(c.SignalOf(signal.name), signal.type, isinstance(signal.kind, s.Since | s.Avg | s.Ratio))


def counted(dice: Dice, plan: TrackingPlan) -> s.Count | s.Days:
    what, when = select(dice, plan), window(dice)
    return s.Count(what, when) if chance(dice, 50) else s.Days(what, when)


def distinct(dice: Dice, plan: TrackingPlan) -> s.Kind:
    fields = some_fields(dice, plan, ("x", "y", "f", "n", "user_id"))
    return s.Distinct(fields, where(dice, plan, fields), window(dice))


def summed(dice: Dice, plan: TrackingPlan) -> s.Sum:
    fields = some_fields(dice, plan, ("x", "n"))
    return s.Sum(fields, where(dice, plan, fields), window(dice))


def mean(dice: Dice, plan: TrackingPlan) -> s.Kind:
    fields = some_fields(dice, plan, ("x", "n"))
    return s.Avg(fields, where(dice, plan, fields), window(dice))


def extreme(dice: Dice, plan: TrackingPlan) -> s.Kind:
    fields = some_fields(dice, plan, ("x", "y", "f", "n", "z"))
    only, when = where(dice, plan, fields), window(dice)
    return s.Min(fields, only, when) if chance(dice, 50) else s.Max(fields, only, when)


def least_number(dice: Dice, plan: TrackingPlan) -> s.Numeric:
    """The least or greatest of declared numbers, which a ratio may be made of; where none are declared, a sum."""
    field = s.Field("a", ("x",), declared(plan, ("a",), ("x",)))
    if field.type is not Type.NUMBER:
        return summed(dice, plan)
    only, when = where(dice, plan, (field,)), window(dice)
    return s.Min((field,), only, when) if chance(dice, 50) else s.Max((field,), only, when)


def latest(dice: Dice, plan: TrackingPlan) -> s.Kind:
    fields = some_fields(dice, plan, ("x", "y", "f", "n", "z"))
    return s.Latest(fields, where(dice, plan, fields), window(dice))


def instant(dice: Dice, plan: TrackingPlan) -> s.Kind:
    what, when = select(dice, plan), window(dice)
    return s.First(what, when) if chance(dice, 50) else s.Last(what, when)


def since(dice: Dice, plan: TrackingPlan) -> s.Kind:
    return s.Since(select(dice, plan), window(dice))


def time_to(dice: Dice, plan: TrackingPlan) -> s.Kind:
    start = s.Select(select(dice, plan).names) if chance(dice, 40) else None
    return s.TimeTo(select(dice, plan), start, window(dice))


def sequence(dice: Dice, plan: TrackingPlan) -> s.Sequence:
    """One `where`, if any, for all steps: the written form has no other, and each step types it by its own events."""
    terms = [Term(c.PropertyOf(("n", "deep")), Type.ANY), Term(c.EventSource(), Type.STRING)]
    only = condition(dice, terms, (), (*LITERALS[Type.STRING], "web")) if chance(dice, 25) else None
    names = [select(dice, plan).names for _ in range(dice.number(2, 4))]
    return s.Sequence(tuple(s.Select(each, only) for each in names), window(dice))


def peak(dice: Dice, plan: TrackingPlan) -> s.Peak:
    what = select(dice, plan)
    return s.Peak(s.Count(what) if chance(dice, 50) else s.Days(what), pick(dice, DURATIONS))


def ratio(dice: Dice, plan: TrackingPlan) -> s.Kind:
    """Two numbers with one window; a peak has none, so it stands only where the ratio has none."""
    shared = window(dice)
    kinds = (counted, counted, counted, summed, sequence, least_number, *([peak] if shared is None else []))
    parts: list[s.Numeric] = []
    for _ in range(2):
        part = pick(dice, kinds)(dice, plan)
        parts.append(part if isinstance(part, s.Peak) else replace(part, window=shared))
    return s.Ratio(parts[0], parts[1])


def window(dice: Dice) -> s.Window:
    """No window, or one of each kind."""
    kind = dice.number(0, 9)
    if kind < 5:
        return None
    if kind < 8:
        return s.Within(pick(dice, DURATIONS))
    if kind == 8:
        return s.InFirst(pick(dice, DURATIONS))
    start = pick(dice, (0, *DURATIONS))
    return s.Between(start, start + pick(dice, DURATIONS))


def select(dice: Dice, plan: TrackingPlan) -> s.Select:
    """One name, several, or `any`; sometimes with a `where`."""
    names = pick(dice, SELECTED)
    fields = [s.Field(name, ()) for name in names]
    return s.Select(names, where(dice, plan, fields) if chance(dice, 40) else None)


def some_fields(dice: Dice, plan: TrackingPlan, keys: Sequence[str]) -> tuple[s.Field, ...]:
    """A property of one event, of two, or of any."""
    names = pick(dice, (("a",), ("a",), ("a",), ("b",), ("a", "b"), ("any",), ("page", "c")))
    key = pick(dice, [*keys, *["z"] * ("z" in keys and names == ("a",))])
    path = ("n", "deep") if key == "n" else (key,)
    return tuple(
        s.Field(name, path, Type.STRING if key == "user_id" else declared(plan, (name,), path)) for name in names
    )


def where(dice: Dice, plan: TrackingPlan, fields: Sequence[s.Field]) -> c.Condition | None:
    """A predicate over the properties of the events that the fields name."""
    if not chance(dice, 30):
        return None
    if chance(dice, 10):
        return c.Missing(c.PropertyOf(("l",)))
    names = [field.event for field in fields]
    keys = [("x",), ("y",), ("f",), ("n", "deep"), ("user_id",), ("z",)]
    terms = [Term(c.PropertyOf(path, kind), kind) for path in keys for kind in [declared(plan, names, path)]]
    terms += [Term(c.EventName(), Type.STRING), Term(c.EventSource(), Type.STRING)]
    texts = (*LITERALS[Type.STRING], "a", "page", "web")
    return condition(dice, terms, {}, texts)
