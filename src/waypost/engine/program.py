"""A definition set compiled once: what each event goes to, what is read again after it, and in which order.

    definitions → slots and gauges (signals) → atoms and formulas (conditions) → readers, rules and intakes

Everything that looks at a profile by position (`slots`, `reached`, `truths` …) is laid out here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from waypost.engine.beginnings import Beginning
from waypost.engine.conditions import Test, compile_condition
from waypost.engine.formulas import Formula, formula
from waypost.engine.gauges import Flip, Gauge
from waypost.engine.intakes import USER_ID, Intake, Sort, intake, reading_again
from waypost.engine.operands import PersonOperands
from waypost.engine.profiles import Profile
from waypost.engine.properties import KIND_NAMES, spellings
from waypost.engine.readers import Atoms, Outcome, Reader
from waypost.engine.segments import Ladder, MilestoneRule, Rule, SegmentRule, WatchRule, concerned
from waypost.engine.signals import Slot, Slots, gauge
from waypost.model.changes import Definitions
from waypost.model.conditions import Age, And, Compare, Condition, Literal, Op, SinceTrait, operands
from waypost.model.events import OWN_PREFIXES, Event
from waypost.model.milestones import Milestone
from waypost.model.signals import ANY_EVENT, Select
from waypost.model.values import Type

Concerned = tuple[tuple[tuple[int, Flip], ...], tuple[tuple[Rule, int], ...]]
"""Readers that move with time, by their positions, and rules with their masks."""

_SETS: Final = 4096
"""How many sets of rules are kept; they are as many as there are ways in which events touch signals."""


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled definition set; it folds any number of profiles and keeps nothing of them.

    Attributes:
        definitions: What it was compiled from.
        slots: The accumulators of a profile.
        gauges: How each signal is read.
        source: What the operands of conditions are.
        readers: All readers; `movers` are those that move with time, in the order of `Profile.flips`, and `flips` say
            when each of them does.
        rules: Everything that conditions decide, in the order of evaluation, then the watched conditions.
        waiting: Of each rule that can change by time alone its mask, and what says until when it stays, in the order of
            `Profile.wakes`; the first `awaited` of them are those for which somebody must be woken.
        mask: The bits of all readers; `moving` those of the movers.
        watched: The names of the watched conditions.
        tracks: What track events do, by their name as sent; `others` for those that no definition names.
        kinds: What events of the other kinds do.
        at_signup: What signup itself has read again.
        tests: The conditions that were compiled when somebody asked.
        touched: What `waiting_for` has found, by its bits; `segments` what `segments_in` has.
        begun: Where everybody begins, when that was asked for.
        personal: Whether a signal keeps who the person is, so that nobody else can go on with their profile.
    """

    definitions: Definitions
    slots: tuple[Slot, ...]
    gauges: Mapping[str, Gauge]
    source: PersonOperands
    readers: tuple[Reader, ...]
    movers: tuple[Reader, ...]
    flips: tuple[tuple[int, Flip], ...]
    mask: int
    moving: int
    rules: tuple[Rule, ...]
    waiting: tuple[tuple[int, Flip], ...]
    awaited: int
    watched: tuple[str, ...]
    tracks: Mapping[str, Intake]
    others: Intake
    own: Intake
    kinds: Mapping[str, Intake]
    at_signup: Intake
    personal: bool
    tests: dict[Condition, Test[Profile]] = field(default_factory=dict)
    touched: dict[int, tuple[tuple[int, Flip], ...]] = field(default_factory=dict)
    concerned: dict[int, Concerned] = field(default_factory=dict)
    begun: list[Beginning] = field(default_factory=list)
    segments: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """The content hash of the definition set."""
        return self.definitions.hash

    def intake(self, event: Event) -> Intake:
        """What an event does."""
        if event.kind != "track":
            return self.kinds[event.kind]
        name = event.name
        found = self.tracks.get(name)
        if found is None:
            return self.own if name.startswith(OWN_PREFIXES) else self.others
        return found

    def concerned_by(self, bits: int) -> Concerned:
        """What to look at again when bits have changed. Rules that look at what these decide are among them."""
        rules = tuple((rule, rule.mask) for rule in concerned(self.rules, bits))
        found = tuple(one for one in self.flips if self.movers[one[0]].mask & bits), rules
        if len(self.concerned) >= _SETS:
            self.concerned.clear()
        self.concerned[bits] = found
        return found

    def waiting_for(self, bits: int) -> tuple[tuple[int, Flip], ...]:
        """Those of `waiting` that look at any of the bits, with their positions; kept in `touched`."""
        if len(self.touched) >= _SETS:
            self.touched.clear()
        found = tuple((place, until) for place, (mask, until) in enumerate(self.waiting) if mask & bits)
        self.touched[bits] = found
        return found

    def segments_in(self, truths: int) -> frozenset[str]:
        """The names of the segments whose bits are set."""
        bits = truths & (1 << len(self.definitions.segments)) - 1
        found = self.segments.get(bits)
        if found is None:
            if len(self.segments) >= _SETS:
                self.segments.clear()
            found = frozenset(name for place, name in enumerate(self.definitions.segments) if bits >> place & 1)
            self.segments[bits] = found
        return found

    def test(self, condition: Condition) -> Test[Profile]:
        """A closure for any condition on a person; it is kept for the next time."""
        found = self.tests.get(condition)
        if found is None:
            found = self.tests[condition] = compile_condition(condition, self.source)
        return found


def compile_program(definitions: Definitions, also: Iterable[Condition] = ()) -> Program:
    """Compile a definition set. `also` are conditions outside of it that will be asked with `since_trait` in them."""
    slots = Slots()
    gauges = {name: gauge(signal, slots) for name, signal in definitions.signals.items()}
    watched = tuple(_watched(definitions))
    conditions = [*_conditions(definitions), *(condition for _, condition, _ in watched), *also]
    traits_since = dict.fromkeys(
        leaf.path for condition in conditions for leaf in operands(condition) if isinstance(leaf, SinceTrait)
    )
    stages = [stage.name for stage in definitions.stages]
    source = PersonOperands(gauges, definitions.milestones, stages, tuple(traits_since))
    source.segments.update((name, place) for place, name in enumerate(definitions.segments))

    atoms = Atoms(source)
    formulas = _formulas(definitions, atoms)
    spells = [formula(condition, atoms) for _, condition, _ in watched]
    readers = atoms.readers()
    signup = Select((definitions.signup or ANY_EVENT,))
    sorts = _sorts(definitions, slots.all)
    intakes = {sort: intake(sort, slots.all, readers, definitions.zone, signup) for sort in sorts.values()}
    identify = reading_again([reader for reader in readers if reader.traits], readers)
    movers = tuple(reader for reader in readers if reader.flip is not None)
    moving = sum(reader.mask for reader in movers)
    rules: tuple[Rule, ...] = (
        *(_rule(outcome, definitions, formulas[outcome], readers) for outcome in definitions.evaluation),
        *(
            WatchRule(name, len(definitions.segments) + place, spells[place], spells[place].mask, awaited)
            for place, (name, _, awaited) in enumerate(watched)
        ),
    )
    waiting = sorted((rule for rule in rules if rule.mask & moving), key=lambda rule: not rule.awaited)
    return Program(
        definitions=definitions,
        slots=slots.all,
        gauges=gauges,
        source=source,
        readers=readers,
        movers=movers,
        flips=tuple((place, reader.flip) for place, reader in enumerate(movers) if reader.flip is not None),
        mask=sum(reader.mask for reader in readers),
        moving=moving,
        rules=rules,
        waiting=tuple((rule.mask, rule.until) for rule in waiting),
        awaited=sum(rule.awaited for rule in waiting),
        watched=tuple(name for name, _, _ in watched),
        tracks={name: intakes[sort] for (kind, name), sort in sorts.items() if kind == "track" and name},
        others=intakes[sorts["track", None]],
        own=intakes[sorts["own", None]],
        kinds={
            "page": intakes[sorts["page", None]],
            "screen": intakes[sorts["screen", None]],
            "identify": replace(identify, traits=True, rare=True),
            "group": Intake(),
            "alias": Intake(),
        },
        at_signup=reading_again([reader for reader in readers if reader.signup], readers),
        personal=any(take.path == USER_ID for slot in slots.all for take in slot.takes),
    )


def _sorts(definitions: Definitions, slots: Iterable[Slot]) -> dict[tuple[str, str | None], Sort]:
    """The sort of every name that a definition knows, by kind and name as sent; None stands for all other names."""
    planned, names = definitions.tracking.events, spellings(definitions.tracking)
    known = {name for slot in slots for take in slot.takes for name in take.select.names}
    known |= {*names, *([definitions.signup] if definitions.signup else [])}
    sorts: dict[tuple[str, str | None], Sort] = {
        ("track", None): Sort("track", None),
        ("own", None): Sort("track", None, own=True),
        ("page", None): Sort("page", "page", planned.get("page")),
        ("screen", None): Sort("screen", "screen", planned.get("screen")),
    }
    for sent in sorted(known):
        name = names.get(sent, sent)
        if name in KIND_NAMES:
            if sent in names:  # what another source calls a page is read as one; a track called `page` is none
                sorts["track", sent] = Sort(name, name, planned.get(name), sent.startswith(OWN_PREFIXES))
        elif name != ANY_EVENT:
            sorts["track", sent] = Sort("track", name, planned.get(name), sent.startswith(OWN_PREFIXES))
    return sorts


def _watched(definitions: Definitions) -> Iterator[tuple[str, Condition, bool]]:
    """Name and condition of everything whose spells are kept, and whether somebody must be woken when it changes.

    What a page shows is decided when the page asks, so `show_when` wakes nobody.
    """
    for journey in definitions.journeys.values():
        yield f"journey.{journey.name}.for", journey.entry, True
        if journey.exit is not None:
            yield f"journey.{journey.name}.exit", journey.exit, True
    for step in definitions.steps.values():
        if step.show_when is not None:
            yield f"step.{step.name}.show_when", step.show_when, False
        if step.send_when is not None:
            yield f"step.{step.name}.send_when", step.send_when, step.is_push
        if step.done_when is not None:
            yield f"step.{step.name}.done_when", step.done_when, True


def _conditions(definitions: Definitions) -> Iterator[Condition]:
    for milestone in definitions.milestones.values():
        yield milestone.when
    for stage in definitions.stages:
        yield stage.when
    for segment in definitions.segments.values():
        yield segment.when
    if definitions.testers is not None:
        yield definitions.testers


def _formulas(definitions: Definitions, atoms: Atoms) -> dict[Outcome, tuple[Formula, ...]]:
    """The formulas of every milestone, segment and rung."""
    formulas: dict[Outcome, tuple[Formula, ...]] = {}
    for name, milestone in definitions.milestones.items():
        formulas["milestone", name] = (formula(_in_time(milestone), atoms),)
    for name, segment in definitions.segments.items():
        formulas["segment", name] = (formula(segment.when, atoms),)
    if definitions.stages:
        formulas["ladder", ""] = tuple(formula(stage.when, atoms) for stage in definitions.stages)
    missing = formulas.keys() - set(definitions.evaluation)
    if missing:
        raise ValueError(f"Definitions.evaluation leaves out {sorted(missing)}; list everything that is to be decided")
    return formulas


def _in_time(milestone: Milestone) -> Condition:
    """The predicate of a milestone with its time limit: it needs a signup less than `within` ago."""
    if milestone.within is None:
        return milestone.when
    return And((Compare(Op.LT, Age(), Literal(milestone.within, Type.INTERVAL)), milestone.when))


def _rule(outcome: Outcome, definitions: Definitions, formulas: tuple[Formula, ...], readers: Sequence[Reader]) -> Rule:
    kind, name = outcome
    followers = tuple(reader for reader in readers if outcome in reader.follows)
    mask = 0
    for one in formulas:
        mask |= one.mask
    if kind == "milestone":
        return MilestoneRule(name, list(definitions.milestones).index(name), formulas[0], mask, followers)
    if kind == "segment":
        return SegmentRule(name, list(definitions.segments).index(name), formulas[0], mask, followers)
    return Ladder(tuple(stage.name for stage in definitions.stages), formulas, mask, followers)
