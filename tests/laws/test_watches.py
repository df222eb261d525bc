"""Law: the spells of journeys' and steps' conditions begin and end at their own instants, as decisions read them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.laws import rules, worlds
from tests.laws.changes import watch
from tests.laws.dice import Seeded
from tests.laws.oracle import Log
from tests.laws.worlds import World
from waypost.engine import observe
from waypost.engine.people import group_by_person
from waypost.engine.program import compile_program
from waypost.model.changes import Definitions
from waypost.model.conditions import Condition
from waypost.model.people import Watch


def watched(definitions: Definitions) -> Iterator[tuple[str, Condition]]:
    """Every watched condition by its name."""
    for journey in definitions.journeys.values():
        yield f"journey.{journey.name}.for", journey.entry
        if journey.exit is not None:
            yield f"journey.{journey.name}.exit", journey.exit
    for step in definitions.steps.values():
        for word, condition in (
            ("show_when", step.show_when),
            ("send_when", step.send_when),
            ("done_when", step.done_when),
        ):
            if condition is not None:
                yield f"step.{step.name}.{word}", condition


def on_a_way(world: World, seed: int) -> World:
    """The world with a journey in it."""
    return replace(world, definitions=rules.with_journeys(Seeded(seed), world.definitions))


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_spells_are_those_of_the_oracle(block: int) -> None:
    for number, plain in enumerate(worlds.block(block)):
        world = on_a_way(plain, number)
        program = compile_program(world.definitions)
        for person, events in group_by_person(world.events, world.undos).items():
            log = Log(world.definitions, person, events)
            for at in world.asked:
                profile = observe.fold(program, person, events, at)
                if profile is None:
                    continue
                there = observe.as_of(program, profile, at)
                for name, condition in watched(world.definitions):
                    assert there.watch.get(name, Watch()) == watch(log, condition, at), (name, condition)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_a_stranger_stands_where_everybody_begins(block: int) -> None:
    """Nobody has done anything yet: what holds of an empty log holds, and nothing is reached."""
    for number, plain in enumerate(worlds.block(block, 10)):
        world = on_a_way(plain, number)
        program = compile_program(world.definitions)
        for at in world.asked:
            for person in group_by_person(world.events, world.undos):
                there = observe.stranger(program, person, at)
                nobody = Log(world.definitions, person, ())
                assert set(there.reached) == {None}
                assert observe.view(program, there, at).stage == nobody.stage(at)
                for name, condition in watched(world.definitions):
                    holds = there.watch.get(name, Watch()).since is not None
                    assert holds is (nobody.truth(condition, at) is True), (name, condition)
