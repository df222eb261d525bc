"""Folding, going on, and looking: one state, however it is come by."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.maker import END, Maker
from tests.engine.small import ADA, definitions, event, identify, interval, number, state, text
from waypost.engine import observe, profiles
from waypost.engine.profiles import Profile
from waypost.engine.program import Program, compile_program
from waypost.model.conditions import (
    Age,
    Always,
    And,
    Compare,
    InSegment,
    Missing,
    Not,
    Op,
    ReachedOf,
    SignalOf,
    SinceTrait,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.events import Event
from waypost.model.people import PersonId, Transition
from waypost.model.signals import Count, Select, Since, Within
from waypost.model.values import Type

A = (Count(Select(("a",))), Type.NUMBER)
IDLE = (Since(Select(("any",))), Type.INTERVAL)


def at_least(name: str, value: int) -> Compare:
    """`name >= value`."""
    return Compare(Op.GE, SignalOf(name), number(value))


def folded(program: Program, events: list[Event], until: int) -> Profile:
    """Ada's profile."""
    profile = observe.fold(program, ADA, events, until)
    assert profile is not None
    return profile


@given(st.integers(min_value=0, max_value=2**32))
def test_one_state_however_it_is_come_by(seed: int) -> None:
    maker = Maker(seed)
    program, log = compile_program(maker.definitions()), maker.log()
    if not log:
        return
    until = maker.upto(log[0].at, END)
    whole = observe.fold(program, ADA, log, until)
    assert whole is not None
    mixed = log.copy()
    random.Random(seed).shuffle(mixed)
    assert observe.fold(program, ADA, mixed, until) == whole

    stepped: Profile | None = None
    for at in sorted({one.at for one in log if one.at <= until}):
        now = sorted((one for one in log if one.at == at), key=lambda one: one.message_id)
        if stepped is None:
            stepped = observe.fold(program, ADA, now, at)
            assert stepped is not None
            continue
        if maker.chance(0.5):
            loaded = profiles.load(program, profiles.dump(stepped))
            assert loaded == stepped
            stepped = loaded
        if maker.chance(0.3):
            observe.wake(program, stepped, maker.upto(stepped.at, at - 1))
        observe.observe(program, stepped, now)
    assert stepped == whole
    for at in range(until, END + 20):
        assert observe.view(program, whole, at) == observe.view(program, stepped, at)
    assert observe.fold(program, ADA, log, until) == whole, "looking changed it"


def test_nobody_exists_before_their_first_event() -> None:
    program = compile_program(definitions())
    assert observe.fold(program, ADA, [], 99) is None
    assert observe.fold(program, ADA, [event(50)], 49) is None
    assert observe.fold(program, ADA, [event(50)], 50) is not None
    assert observe.fold(program, ADA, [event(50, "", kind="decision")], 99) is None


def test_events_that_are_not_later_than_what_was_seen_are_refused() -> None:
    program = compile_program(
        definitions({"idle": IDLE}, segments={"idle": Compare(Op.GE, SignalOf("idle"), interval(9))})
    )
    profile = folded(program, [event(10)], 10)
    with pytest.raises(ValueError, match="fold the log again"):
        observe.observe(program, profile, [event(10, id="other")])
    observe.wake(program, profile, 30)
    assert (profile.at, profile.seen) == (10, 19)
    with pytest.raises(ValueError, match="fold the log again"):
        observe.observe(program, profile, [event(19)])
    observe.observe(program, profile, [event(20)])
    with pytest.raises(ValueError, match="has no state as of"):
        observe.view(program, profile, 19)


def test_events_of_one_instant_are_one_evaluation() -> None:
    odd = And((at_least("a", 1), Compare(Op.LT, SignalOf("a"), number(2))))
    program = compile_program(definitions({"a": A}, milestones={"one": odd}, segments={"one": odd}))
    profile = folded(program, [event(1), event(1, id="twin")], 1)
    assert observe.view(program, profile, 1).milestones == {"one": None}
    told = observe.observe(program, profile, [event(2), event(3), event(3, id="t")])
    assert told == []


def test_own_entries_are_remembered_and_move_nothing() -> None:
    program = compile_program(definitions({"a": A, "idle": IDLE}))
    profile = folded(program, [event(10)], 10)
    decision = event(50, "", {"key": "u:ada"}, kind="decision")
    assert observe.observe(program, profile, [decision]) == []
    assert (profile.at, profile.history.decided_key) == (10, "u:ada")
    # What the product did before it, and sent a little later, still continues the fold.
    observe.observe(program, profile, [event(40)])
    together = folded(program, [event(10), event(40), decision], 99)
    assert profile == together


def test_a_milestone_is_reached_at_its_first_instant_within_its_limit() -> None:
    idle = Compare(Op.GT, SignalOf("idle"), interval(5))
    program = compile_program(
        definitions(
            {"a": A, "idle": IDLE},
            milestones={"soon": (idle, 20), "now": (at_least("a", 1), 20), "ever": at_least("a", 1)},
            signup="signup",
        )
    )
    log = [event(1), event(10, "signup"), event(30)]
    assert state(program, log, 9).milestones == {"soon": None, "now": None, "ever": 1}
    assert state(program, log, 10).milestones == {"soon": None, "now": 10, "ever": 1}
    assert state(program, log, 16).milestones["soon"] == 16
    # 20 after signup it is over: at 29 it could still be reached, at 30 not.
    late = [event(10, "signup"), event(24)]
    assert state(program, late, 99).milestones == {"soon": 16, "now": 24, "ever": 24}
    busy = [event(10, "signup"), event(14), event(19), event(24), event(25)]
    assert state(program, busy, 99).milestones["soon"] is None
    assert state(program, [event(10, "signup"), event(15), event(20), event(23)], 99).milestones["soon"] == 29


def test_a_milestone_may_precede_signup_and_then_took_is_negative() -> None:
    program = compile_program(
        definitions(
            {"a": A},
            milestones={"m": at_least("a", 1)},
            segments={
                "early": Compare(Op.LT, TookOf("m"), interval(0)),
                "unknown": Missing(TookOf("m")),
            },
            signup="signup",
        )
    )
    log = [event(5), event(9, "signup")]
    assert state(program, log, 5).segments == {"unknown"}
    assert state(program, log, 9).segments == {"early"}


def test_rules_see_what_was_decided_before_them_at_the_same_instant() -> None:
    program = compile_program(
        definitions(
            {"a": A},
            milestones={"m": at_least("a", 2)},
            segments={"s": Truth(ReachedOf("m")), "t": InSegment("s")},
            stages={"top": InSegment("t"), "bottom": Always(True)},
        )
    )
    profile = folded(program, [event(1)], 1)
    assert observe.observe(program, profile, [event(2)]) == [
        Transition(2, "milestone", "m", True),
        Transition(2, "segment", "s", True),
        Transition(2, "segment", "t", True),
        Transition(2, "stage", "bottom", False),
        Transition(2, "stage", "top", True),
    ]


def test_what_passes_between_events_is_told_at_its_own_instant() -> None:
    busy = (Count(Select(("a",)), Within(10)), Type.NUMBER)
    program = compile_program(definitions({"busy": busy}, segments={"busy": at_least("busy", 2)}))
    profile = folded(program, [event(1), event(5)], 5)
    assert observe.observe(program, profile, [event(50, "b")]) == [Transition(11, "segment", "busy", False)]
    # The window closes exactly when the next event comes: one evaluation, in which it has.
    profile = folded(program, [event(1), event(5)], 5)
    assert observe.observe(program, profile, [event(11)]) == []


def test_traits_are_the_latest_identify_and_have_an_instant() -> None:
    program = compile_program(
        definitions(
            segments={
                "fresh": Compare(Op.LT, SinceTrait(("plan",)), interval(10)),
                "pro": Compare(Op.EQ, TraitOf(("plan",)), text("pro")),
                "gone": Missing(SinceTrait(("plan",))),
            }
        )
    )
    log = [
        identify(1, plan="free", age=3),
        identify(5, plan="free"),
        identify(20, plan="pro"),
        event(25, "a", {"plan": "x"}),
        identify(40, plan=None),
    ]
    assert state(program, log, 10).segments == {"fresh"}
    assert state(program, log, 11).segments == frozenset()
    assert state(program, log, 20).segments == {"fresh", "pro"}
    assert state(program, log, 29).segments == {"fresh", "pro"}
    assert state(program, log, 30).segments == {"pro"}
    assert state(program, log, 40).segments == {"gone"}
    assert state(program, log, 40).traits == {"age": 3}


def test_of_two_identifies_at_one_instant_the_greater_message_id_wins() -> None:
    program = compile_program(definitions())
    log = [event(1, "", {"plan": "b"}, kind="identify", id="2"), event(1, "", {"plan": "a"}, kind="identify", id="1")]
    assert state(program, log, 1).traits == {"plan": "b"}


def test_a_stranger_stands_where_everybody_begins() -> None:
    program = compile_program(
        definitions(
            {"a": A},
            segments={"new": Not(at_least("a", 1)), "aged": Compare(Op.GE, Age(), interval(0))},
            stages={"high": at_least("a", 1), "low": Always(True)},
        )
    )
    profile = observe.stranger(program, PersonId("a:phone"), 7)
    shown = observe.view(program, profile, 7)
    assert (shown.stage, shown.segments, shown.signup) == ("low", frozenset({"new"}), None)


def test_looking_leaves_the_profile_alone() -> None:
    program = compile_program(
        definitions({"idle": IDLE}, segments={"idle": Compare(Op.GE, SignalOf("idle"), interval(9))})
    )
    profile = folded(program, [event(10)], 10)
    before = profiles.dump(profile)
    assert observe.view(program, profile, 50).segments == {"idle"}
    assert observe.truth(program, profile, InSegment("idle"), 50) is True
    assert observe.truth(program, profile, InSegment("idle"), 18) is False
    assert profiles.dump(profile) == before
