"""What changes by time alone changes at its own instant, and nobody is woken late."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.maker import END, Maker
from tests.engine.reference import Reference, decided
from tests.engine.small import ADA, definitions, event, interval, number
from waypost.engine import observe, profiles, wake
from waypost.engine.profiles import Profile
from waypost.engine.program import compile_program
from waypost.model.conditions import Age, And, Compare, InSegment, Not, Op, ReachedOf, SignalOf, Truth
from waypost.model.events import Event
from waypost.model.people import Transition, Watch
from waypost.model.signals import Count, Ratio, Select, Since, Within
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, MINUTE, WEEK
from waypost.model.values import Type

ANY = Select(("any",))


@given(st.integers(min_value=0, max_value=2**32))
def test_every_instant_is_as_if_all_had_been_looked_at(seed: int) -> None:
    maker = Maker(seed)
    program, log = compile_program(maker.definitions()), maker.log()
    if not log:
        return
    reference = Reference(program, log)
    groups: dict[int, list[Event]] = {}
    for one in sorted(log, key=lambda one: one.order):
        groups.setdefault(one.at, []).append(one)
    profile: Profile | None = None
    for at, following in pairwise([*groups, END + 1]):
        if profile is None:
            profile = observe.fold(program, ADA, groups[at], at)
            assert profile is not None
        else:
            observe.observe(program, profile, groups[at])
        assert decided(program, profile) == reference.states[at]
        due = wake.next_wake(program, profile)
        for instant in range(at, following):
            later = observe.as_of(program, profile, instant)
            assert decided(program, later) == reference.states[instant]
            if due is None or instant < due:
                assert reference.awaited(instant) == reference.awaited(at), "woken late"
        if maker.chance(0.3):
            profile = profiles.load(program, profiles.dump(profile))
            assert profile is not None
        if maker.chance(0.3):
            observe.wake(program, profile, maker.upto(at, following - 1))


def test_wakes_go_from_change_to_change() -> None:
    stalled = And(
        (
            Compare(Op.EQ, SignalOf("done"), number(1)),
            Compare(Op.GT, SignalOf("idle"), interval(2 * DAY)),
            Not(Truth(ReachedOf("aha"))),
        )
    )
    program = compile_program(
        definitions(
            {"done": (Count(Select(("a",))), Type.NUMBER), "idle": (Since(ANY), Type.INTERVAL)},
            milestones={"aha": Compare(Op.GE, SignalOf("done"), number(2))},
            segments={"stalled": stalled, "new": Compare(Op.LT, Age(), interval(3 * DAY))},
            stages={"lost": InSegment("stalled"), "here": Not(InSegment("stalled"))},
        )
    )
    profile = observe.fold(program, ADA, [event(0)], 0)
    assert profile is not None
    told: list[Transition] = []
    instants = []
    while (due := wake.next_wake(program, profile)) is not None:
        instants.append(due)
        told += observe.wake(program, profile, due)
    assert instants == [2 * DAY + 1, 3 * DAY]
    assert told == [
        Transition(2 * DAY + 1, "segment", "stalled", True),
        Transition(2 * DAY + 1, "stage", "here", False),
        Transition(2 * DAY + 1, "stage", "lost", True),
        Transition(3 * DAY, "segment", "new", False),
    ]


def test_nobody_is_woken_for_what_cannot_turn() -> None:
    idle = Compare(Op.GT, SignalOf("idle"), interval(DAY))
    never = And((idle, Compare(Op.GE, SignalOf("done"), number(1))))
    program = compile_program(
        definitions(
            {"done": (Count(Select(("b",))), Type.NUMBER), "idle": (Since(ANY), Type.INTERVAL)},
            segments={"idle_after_b": never},
        )
    )
    profile = observe.fold(program, ADA, [event(0)], 0)
    assert profile is not None
    assert wake.next_wake(program, profile) is None
    observe.observe(program, profile, [event(5, "b")])
    assert wake.next_wake(program, profile) == 5 + DAY + 1


def test_a_ratio_wakes_when_enough_has_left_to_turn_it() -> None:
    rate = Ratio(Count(Select(("error",)), Within(DAY)), Count(ANY, Within(DAY)))
    program = compile_program(
        definitions(
            {"rate": (rate, Type.NUMBER)}, segments={"struggling": Compare(Op.GT, SignalOf("rate"), number(0.3))}
        )
    )
    log = [event(place * MINUTE, "error" if place >= 8 else "a") for place in range(10)]
    profile = observe.fold(program, ADA, log, HOUR)
    assert profile is not None
    # Two of ten are errors. When the fourth event leaves the window they are two of six; no earlier leaving matters.
    assert wake.next_wake(program, profile) == 3 * MINUTE + DAY
    told = observe.wake(program, profile, 3 * MINUTE + DAY)
    assert told == [Transition(3 * MINUTE + DAY, "segment", "struggling", True)]
    # Soon they are all that is left, until nothing is; the one look before that is early, which is allowed.
    assert wake.next_wake(program, profile) == 8 * MINUTE + DAY
    told = observe.wake(program, profile, 2 * DAY)
    assert told == [Transition(9 * MINUTE + DAY, "segment", "struggling", False)]
    assert wake.next_wake(program, profile) is None


def test_what_a_page_shows_wakes_nobody_but_keeps_its_instants() -> None:
    step = Step("tip", "tip", show_when=Compare(Op.GT, SignalOf("idle"), interval(HOUR)))
    base = definitions({"idle": (Since(ANY), Type.INTERVAL)})
    program = compile_program(replace(base, steps={"tip": step}))
    profile = observe.fold(program, ADA, [event(0)], 0)
    assert profile is not None
    assert wake.next_wake(program, profile) is None
    later = observe.as_of(program, profile, DAY)
    assert later.watch["step.tip.show_when"] == Watch(HOUR + 1, HOUR + 1, None)
    observe.observe(program, profile, [event(DAY)])
    assert profile.watch["step.tip.show_when"] == Watch(None, HOUR + 1, DAY)


def test_a_limit_beyond_all_time_is_never_passed() -> None:
    ages = 999_999_999 * WEEK
    program = compile_program(
        definitions(
            {"idle": (Since(ANY), Type.INTERVAL), "busy": (Count(ANY, Within(ages)), Type.NUMBER)},
            segments={
                "idle": Compare(Op.GT, SignalOf("idle"), interval(ages)),
                "busy": Compare(Op.GE, SignalOf("busy"), number(1)),
            },
        )
    )
    profile = observe.fold(program, ADA, [event(0)], 0)
    assert profile is not None
    assert wake.next_wake(program, profile) is None
    assert profiles.load(program, profiles.dump(profile)) == profile
