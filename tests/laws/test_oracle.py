"""Law: the live evaluator and the naive oracle give the same state, for any definitions, log and instant."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from tests.laws import oracle, worlds
from tests.laws.dice import Seeded
from tests.laws.rules import with_journeys
from tests.laws.worlds import World
from waypost.engine import observe
from waypost.engine.people import group_by_person
from waypost.engine.profiles import dump, load
from waypost.engine.program import compile_program
from waypost.model.changes import Definitions
from waypost.model.conditions import Condition

LONG = range(20)
"""Blocks of a thousand worlds each."""


def agree(world: World) -> None:
    """The live evaluator and the oracle say the same of everyone, at every instant asked about."""
    program = compile_program(world.definitions)
    logs = oracle.logs(world.definitions, world.events, world.undos)
    people = group_by_person(world.events, world.undos)
    assert people.keys() == logs.keys()
    for person, events in people.items():
        for at in world.asked:
            profile = observe.fold(program, person, events, at)
            state = None if profile is None else observe.view(program, profile, at)
            assert state == logs[person].state(at)


@settings(max_examples=50)
@given(worlds.worlds())
def test_any_world(world: World) -> None:
    agree(world)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_many_worlds(block: int) -> None:
    for world in worlds.block(block, 50):
        agree(world)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_looking_leaves_no_trace_and_a_stored_profile_goes_on_as_it_was(block: int) -> None:
    for world in worlds.block(block):
        program = compile_program(world.definitions)
        for person, events in group_by_person(world.events, world.undos).items():
            log = oracle.Log(world.definitions, person, events)
            end = max(event.at for event in events)
            profile = observe.fold(program, person, events, end)
            if profile is None:
                continue
            for at in sorted({at for at in world.asked if at >= end}, reverse=True):
                assert observe.view(program, profile, at) == log.state(at)
                stored = load(program, dump(profile))
                assert stored is not None
                assert observe.view(program, stored, at) == log.state(at)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_any_condition_can_be_asked(block: int) -> None:
    """All three truths: a segment cannot tell FALSE from NULL."""
    for number, plain in enumerate(worlds.block(block)):
        rules = with_journeys(Seeded(number), plain.definitions)
        program = compile_program(rules)
        for person, events in group_by_person(plain.events, plain.undos).items():
            log = oracle.Log(rules, person, events)
            for at in plain.asked:
                profile = observe.fold(program, person, events, at)
                if profile is None:
                    continue
                for condition in conditions_of(rules):
                    assert observe.truth(program, profile, condition, at) is log.truth(condition, at), condition


def conditions_of(rules: Definitions) -> Iterator[Condition]:
    """Every condition of a definition set."""
    for milestone in rules.milestones.values():
        yield milestone.when
    for segment in rules.segments.values():
        yield segment.when
    for rung in rules.stages:
        yield rung.when
    for journey in rules.journeys.values():
        yield journey.entry
    for step in rules.steps.values():
        yield from (each for each in (step.show_when, step.send_when, step.done_when) if each is not None)


@pytest.mark.long
@pytest.mark.parametrize("block", LONG)
def test_very_many_worlds(block: int) -> None:
    for world in worlds.block(block, 1000):
        agree(world)
