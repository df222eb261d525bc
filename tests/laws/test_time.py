"""Law: what changes by the mere passing of time changes at that instant, however late anybody wakes for it."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from tests.laws import worlds
from tests.laws.changes import next_change, order, transitions
from tests.laws.oracle import Log
from tests.laws.worlds import World
from waypost.engine import observe
from waypost.engine.people import group_by_person
from waypost.engine.program import Program, compile_program
from waypost.engine.wake import next_wake
from waypost.model.events import Event
from waypost.model.people import PersonId, Transition
from waypost.model.time import Instant


def people(world: World) -> Iterator[tuple[Program, PersonId, list[Event], Log]]:
    """Everyone of a world with their own log and its oracle."""
    program = compile_program(world.definitions)
    for person, events in group_by_person(world.events, world.undos).items():
        yield program, person, events, Log(world.definitions, person, events)


def told(found: list[Transition]) -> list[Transition]:
    """Transitions of stages, segments and milestones in one order; the oracle knows no watched conditions."""
    return sorted((each for each in found if each.kind != "watch"), key=order)


def assert_never_late(world: World) -> None:
    """Wherever the log is cut, the next wake-up is not behind the next change."""
    for program, person, events, _ in people(world):
        for cut in sorted({event.at for event in events}):
            before = [event for event in events if event.at <= cut]
            profile = observe.fold(program, person, before, cut)
            assert profile is not None
            change = next_change(Log(world.definitions, person, before), profile.seen)
            wake = next_wake(program, profile)
            if change is not None:
                assert wake is not None
                assert profile.seen < wake <= change


@settings(max_examples=25)
@given(worlds.worlds())
def test_a_wake_up_is_never_late(world: World) -> None:
    assert_never_late(world)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_a_wake_up_is_never_late_in_many_worlds(block: int) -> None:
    for world in worlds.block(block, 6):
        assert_never_late(world)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_going_on_tells_what_began_and_ended_each_at_its_own_instant(block: int) -> None:
    """Folded in one go, or event by event with nobody waking in between: the same transitions as the oracle's."""
    for world in worlds.block(block):
        for program, person, events, log in people(world):
            last = events[-1].at
            first = [event for event in events if event.at == events[0].at]
            profile = observe.fold(program, person, first, last)
            assert profile is not None
            found: list[Transition] = []
            for at in sorted({event.at for event in events if event.at > events[0].at}):
                found += observe.observe(program, profile, [event for event in events if event.at == at])
            assert told(found) == sorted(transitions(log, last, after=events[0].at), key=order)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_late_and_doubled_wake_ups_change_no_outcome(block: int) -> None:
    """One wakes at every instant that is due, one only at the end, one twice at each: all tell the same."""
    for world in worlds.block(block):
        for program, person, events, log in people(world):
            last = events[-1].at
            end = world.asked[-1]
            want = sorted(transitions(log, end, after=last), key=order)
            on_time, late, twice = (observe.fold(program, person, events, last) for _ in range(3))
            assert on_time is not None
            assert late is not None
            assert twice is not None
            found: list[Transition] = []
            doubled: list[Transition] = []
            while (due := next_wake(program, on_time)) is not None and due <= end:
                found += observe.wake(program, on_time, due)
                doubled += observe.wake(program, twice, due)
                doubled += observe.wake(program, twice, due)
            assert told(found) == want
            assert told(doubled) == want
            assert told(observe.wake(program, late, end)) == want
            for profile in (on_time, late, twice):
                assert observe.view(program, profile, end) == log.state(end)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_who_wakes_on_time_sees_every_state_of_the_oracle(block: int) -> None:
    for world in worlds.block(block, 5):
        for program, person, events, log in people(world):
            last = events[-1].at
            profile = observe.fold(program, person, events, last)
            assert profile is not None
            for at in moments(log, last, last + 5 * (world.asked[-1] - last)):
                observe.wake(program, profile, at)
                assert observe.view(program, profile, at) == log.state(at)


def moments(log: Log, start: Instant, end: Instant) -> list[Instant]:
    """Every instant at which something could change, and those beside it."""
    return sorted({at + d for at in log.candidates() for d in (-1, 0, 1) if start <= at + d <= end})
