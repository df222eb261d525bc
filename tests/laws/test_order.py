"""Law: the state as of an instant depends on the set of events, never on the order or batching of their arrival."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws import oracle, worlds
from tests.laws.dice import Dice, Drawn, Seeded, chance, shuffled
from tests.laws.worlds import World
from waypost.engine.program import compile_program
from waypost.model.events import Event
from waypost.model.people import PersonId, State
from waypost.model.time import Instant
from waypost.runtime.arrivals import Arrivals


def states(arrivals: Arrivals, at: Instant) -> dict[PersonId, State]:
    """Everyone's state as of `at`."""
    found = {person: arrivals.state(person, at) for person in arrivals.people()}
    return {person: state for person, state in found.items() if state is not None}


def batches(dice: Dice, events: list[Event]) -> list[list[Event]]:
    """The events in batches of any size."""
    found: list[list[Event]] = []
    for event in events:
        if not found or chance(dice, 50):
            found.append([])
        found[-1].append(event)
    return found


def agree(world: World, dice: Dice, order: list[Event]) -> None:
    """One arrival in batches, with looks in between, ends in the oracle's state."""
    program = compile_program(world.definitions)
    end = world.asked[-1]
    arrivals = Arrivals(program, world.undos)
    for batch in batches(dice, order):
        arrivals.receive(batch, end)
        if chance(dice, 20):
            states(arrivals, end)
    assert states(arrivals, end) == oracle.states(world.definitions, world.events, end, world.undos)


@settings(max_examples=40)
@given(st.data())
def test_any_order_of_arrival(data: st.DataObject) -> None:
    dice = Drawn(data.draw)
    world = worlds.world(dice)
    agree(world, dice, shuffled(dice, world.events))


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_as_received_in_reverse_and_mixed(block: int) -> None:
    for number, world in enumerate(worlds.block(block)):
        dice = Seeded(number)
        agree(world, dice, list(world.events))
        agree(world, dice, list(reversed(world.events)))
        agree(world, dice, sorted(world.events, key=lambda event: event.order))
        agree(world, dice, shuffled(dice, world.events))


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_copies_count_once(block: int) -> None:
    for number, world in enumerate(worlds.block(block)):
        dice = Seeded(number)
        copies = [msgspec.structs.replace(event, received_at=event.received_at + 1) for event in world.events]
        agree(world, dice, shuffled(dice, [*world.events, *copies[: dice.number(1, len(copies))]]))


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_as_time_goes_by(block: int) -> None:
    """Events come at their receipt, wake-ups in between; the state is right at every step and at the end."""
    for world in worlds.block(block):
        program = compile_program(world.definitions)
        arrivals = Arrivals(program, world.undos)
        # Time does not go back: an event that was sent for later is looked at when its time has come.
        coming = sorted(world.events, key=lambda event: max(event.received_at, event.at))
        for place, event in enumerate(coming):
            now = max(event.received_at, event.at)
            arrivals.receive([event], now)
            arrivals.wake(now)
            known = coming[: place + 1]
            assert states(arrivals, now) == oracle.states(world.definitions, known, now, world.undos)
