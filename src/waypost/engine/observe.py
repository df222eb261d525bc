"""Fold a log into a profile, go on with it, and look at it as of any instant.

The state as of an instant is a function of the set of events up to then. `fold` takes any of them from the beginning;
`observe` goes on with events that are later than all that was seen. Both evaluate at every instant that carries events,
all of its events taken together, and between events wherever something can change by time alone (semantics.md 5).
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from waypost.engine.accumulators import NEVER
from waypost.engine.beginnings import beginning
from waypost.engine.gauges import Gauge
from waypost.engine.history import History
from waypost.engine.intakes import Intake
from waypost.engine.profiles import BEFORE, Profile, Spells
from waypost.engine.program import Program
from waypost.engine.properties import Scalar, inner
from waypost.engine.segments import MilestoneRule
from waypost.engine.wake import look_again, pass_time, read_movers, settle, worry
from waypost.model.conditions import Condition, Operand
from waypost.model.events import ENTRIES, Event
from waypost.model.people import PersonId, State, Transition
from waypost.model.time import Instant
from waypost.model.values import Value, canonical


def fold(program: Program, person: PersonId, events: Sequence[Event], until: Instant) -> Profile | None:
    """The profile of one person's log, in any order, as of their last event at or before `until`; None without one."""
    log = sorted((event for event in events if event.at <= until), key=_order)
    profile = _nobody(program, person)
    observe(program, profile, log)
    return profile if profile.at != BEFORE else None


def observe(program: Program, profile: Profile, events: Sequence[Event]) -> list[Transition]:
    """Go on with events in their order, all later than `profile.seen`; says what began and ended, also in between.

    Waypost's own entries (`decision`, `delivery`) are only remembered; they have no instant of evaluation, and may come
    whenever they are made.

    Raises:
        ValueError: An event is not later than what was seen; then the log must be folded again.
    """
    told: list[Transition] = []
    place, count = 0, len(events)
    while place < count:
        event = events[place]
        place += 1
        if event.kind in ENTRIES:
            profile.history.remember(event)
            continue
        at = event.at
        if at <= profile.seen:
            raise ValueError(f"event {event.message_id!r} is not later than what was seen: fold the log again")
        if place == count or events[place].at != at:
            _alone(program, profile, event, told)
            continue
        last = next((other for other in range(place, count) if events[other].at != at), count)
        for one in events[place:last]:
            if one.kind in ENTRIES:
                profile.history.remember(one)
        _together(program, profile, [one for one in events[place - 1 : last] if one.kind not in ENTRIES], told)
        place = last
    return told


def wake(program: Program, profile: Profile, at: Instant) -> list[Transition]:
    """Evaluate in place at every due instant up to `at`; says what began and ended, each at its own instant."""
    told: list[Transition] = []
    pass_time(program, profile, at + 1, told)
    return told


def as_of(program: Program, profile: Profile, at: Instant) -> Profile:
    """The profile as time alone has made it by `at`: itself where nothing can have changed, else a copy. Only to read.

    Raises:
        ValueError: `at` is before what was seen.
    """
    if at < profile.seen:
        raise ValueError(f"a profile that has seen {profile.seen} has no state as of {at}: fold the log until then")
    if at < profile.due:
        return profile
    branch = profile.branch()
    pass_time(program, branch, at + 1, [])
    return branch


def view(program: Program, profile: Profile, at: Instant) -> State:
    """What is true of the person as of `at`, which is not before `profile.seen`."""
    state = glance(program, profile, at)
    return msgspec.structs.replace(state, signals=dict(state.signals))


def glance(program: Program, profile: Profile, at: Instant) -> State:
    """The same, for a look that is over before the profile changes: each signal is worked out when it is asked for."""
    return state_of(program, as_of(program, profile, at), at)


def state_of(program: Program, profile: Profile, at: Instant) -> State:
    """`glance`, of a profile that is already `as_of` that instant."""
    definitions = program.definitions
    return State(
        profile.person,
        at,
        profile.signup,
        definitions.stages[profile.stage].name if profile.stage >= 0 else None,
        program.segments_in(profile.truths),
        dict(zip(definitions.milestones, profile.reached, strict=True)),
        _Signals(program.gauges, profile, at),
        dict(profile.traits),
    )


class _Signals(Mapping[str, Value | None]):
    """The values of all signals as of an instant, each read from the profile when it is asked for."""

    __slots__ = ("_at", "_gauges", "_profile")

    def __init__(self, gauges: Mapping[str, Gauge], profile: Profile, at: Instant) -> None:
        self._gauges, self._profile, self._at = gauges, profile, at

    def __getitem__(self, name: str) -> Value | None:
        scalar = self._gauges[name].scalar(self._profile, self._at)
        return None if scalar is None else scalar[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gauges)

    def __len__(self) -> int:
        return len(self._gauges)


def truth(program: Program, profile: Profile, condition: Condition, at: Instant) -> bool | None:
    """The truth of any condition as of `at`; None is NULL. For several at one instant, ask them of one `as_of`."""
    return program.test(condition)(as_of(program, profile, at), at)


def value(program: Program, profile: Profile, operand: Operand, at: Instant) -> Scalar | None:
    """The value of any operand as of `at`, with the rank of its type."""
    return program.source.read(operand)(as_of(program, profile, at), at)


def stranger(program: Program, person: PersonId, at: Instant) -> Profile:
    """Somebody of whom nothing is known, as of `at`: they stand where everybody begins, and have reached nothing.

    A milestone is reached at an instant of theirs (semantics.md 20), and they have none yet.
    """
    profile = _nobody(program, person)
    profile.seen = at
    _begin(program, profile, (), at, [], reaching=False)
    return profile


def _order(event: Event) -> tuple[Instant, str]:
    return event.at, event.message_id


def _nobody(program: Program, person: PersonId) -> Profile:
    """The profile of somebody who has done nothing yet."""
    return Profile(
        layout=program,
        person=person,
        slots=[slot.make() for slot in program.slots],
        at=BEFORE,
        seen=BEFORE,
        signup=None,
        traits={},
        trait_since=[None] * len(program.source.traits_since),
        reached=[None] * len(program.definitions.milestones),
        stage=-1,
        truths=0,
        bits=0,
        watch=Spells(),
        history=History(),
        due=BEFORE,
        flips=[NEVER] * len(program.movers),
        wakes=[NEVER] * len(program.waiting),
        loose=0,
    )


def _alone(program: Program, profile: Profile, event: Event, told: list[Transition]) -> None:
    """Fold the only event of its instant, as nearly all are; this is the path that has to be fast."""
    intake, at = program.intake(event), event.at
    if (intake.signup and profile.signup is None) or profile.at == BEFORE:
        _together(program, profile, (event,), told)
        return
    changed = 0
    if at >= profile.due:
        pass_time(program, profile, at, told)
        changed = read_movers(program, profile, at)
    slots, history = profile.slots, profile.history
    for place, span in intake.marks:
        slots[place].mark(at, span)
    for feed in intake.feeds:
        feed(profile, event)
    if intake.rare or event.imported or history.first_id is None:
        _remember(program, profile, event, intake)
    profile.at = profile.seen = at
    old = profile.bits
    bits = old & intake.keep | intake.sets
    for read in intake.reads:
        bits |= read(profile, at)
    profile.loose |= intake.loose
    if bits != old:
        profile.bits = bits
        changed |= old ^ bits
    if intake.anxious:
        worry(profile, at, intake.anxious)
    if changed:
        settle(program, profile, at, changed, told)


def _together(program: Program, profile: Profile, group: Sequence[Event], told: list[Transition]) -> None:
    """Fold all events of one instant, and decide once what they change."""
    at, changed = group[0].at, 0
    newborn = profile.at == BEFORE
    if at >= profile.due and not newborn:
        pass_time(program, profile, at, told)
        changed = read_movers(program, profile, at)
    intakes = [program.intake(event) for event in group]
    if profile.signup is None and any(intake.signup for intake in intakes):
        # First, so that the other events of this instant already count from it.
        profile.signup = at
        intakes.append(program.at_signup)
    for event, intake in zip(group, intakes, strict=False):
        for place, span in intake.marks:
            profile.slots[place].mark(at, span)
        for feed in intake.feeds:
            feed(profile, event)
        _remember(program, profile, event, intake)
    profile.at = profile.seen = at
    if newborn:
        _begin(program, profile, intakes, at, told)
        return
    for intake in intakes:
        bits = profile.bits & intake.keep | intake.sets
        for read in intake.reads:
            bits |= read(profile, at)
        changed |= profile.bits ^ bits
        profile.bits = bits
        profile.loose |= intake.loose
    for intake in intakes:
        worry(profile, at, intake.anxious)
    settle(program, profile, at, changed, told)


def _begin(
    program: Program,
    profile: Profile,
    intakes: Sequence[Intake],
    at: Instant,
    told: list[Transition],
    *,
    reaching: bool = True,
) -> None:
    """The first evaluation: what everybody begins with, and what first events change; of milestones if `reaching`."""
    if not program.begun:
        program.begun.append(beginning(_nobody(program, PersonId("")), program.readers, program.rules))
    start = program.begun[0]
    profile.bits = start.bits
    for intake in intakes:
        bits = profile.bits & intake.keep | intake.sets
        for read in intake.reads:
            bits |= read(profile, at)
        profile.bits = bits
    for rule in start.rules(profile.bits ^ start.bits, program.rules):
        if reaching or not isinstance(rule, MilestoneRule):
            rule.settle(profile, at, told)
    profile.loose, profile.due = program.mask, NEVER
    look_again(profile, at, program.flips)


def _remember(program: Program, profile: Profile, event: Event, intake: Intake) -> None:
    """What an event says beside signals: who the person is, and what became of a step."""
    profile.history.meet(event)
    if intake.traits:
        _identify(program, profile, event)
    if intake.own:
        profile.history.remember(event)


def _identify(program: Program, profile: Profile, event: Event) -> None:
    """Set the traits that an identify carries; null deletes one. A trait has its instant from a different value on."""
    traits, paths = profile.traits, program.source.traits_since
    before = [inner(traits, path) for path in paths]
    for name, given in event.properties.items():
        if given is None:
            traits.pop(name, None)
        else:
            traits[name] = given
    for place, path in enumerate(paths):
        now = inner(traits, path)
        if canonical(now) != canonical(before[place]):
            profile.trait_since[place] = None if now is None else event.at
