"""Law: a `message_id` counts once, however often and wherever it arrives; and every profile is a fold of the log."""

import pytest

from tests.laws import worlds
from tests.laws.dice import Seeded, chance, pick, shuffled
from tests.laws.worlds import World
from tests.runtime.rooms import afresh, arrive, everyone, opened, undone
from waypost.model.events import Event
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.start import close
from waypost.runtime.transactions import Question
from waypost.runtime.worker import run_due

BLOCKS = range(4)


def batches(dice: Seeded, world: World) -> list[list[Event]]:
    """The log in batches of any size, some events sent again with another batch, some batches sent twice."""
    events = [*world.events, *undone(world.events, world.undos)]
    if chance(dice, 50):
        events = shuffled(dice, events)
    found: list[list[Event]] = []
    while events:
        size = dice.number(1, 6)
        batch, events = events[:size], events[size:]
        if found and chance(dice, 30):
            batch.append(pick(dice, pick(dice, found)))
        found.append(batch)
        if chance(dice, 10):
            found.append(shuffled(dice, batch))
    return found


def disturb(dice: Seeded, runtime: Runtime) -> None:
    """Something that must change nothing: wake-ups in time or not at all, caches written, or forgotten."""
    if chance(dice, 30):
        run_due(runtime)
    if chance(dice, 20):
        runtime.commits.wait(Question(lambda now: runtime.profiles.write()))
    if chance(dice, 20):
        runtime.commits.wait(Question(runtime.profiles.forget_all))


def play(seed: int) -> None:
    """One world arrives in some way; afterwards every profile is what the log says."""
    dice, world = Seeded(seed), worlds.seeded(seed)
    clock = HandClock(min(event.received_at for event in world.events))
    runtime = opened(clock, world.definitions, hot=pick(dice, (1, 2, 1000)))
    try:
        fresh = 0
        for batch in batches(dice, world):
            clock.move_to(max(clock.now(), *(event.received_at for event in batch)))
            fresh += arrive(runtime, batch)
            disturb(dice, runtime)
        assert fresh == len(world.events) + len(world.undos), f"seed {seed}"
        for at in (clock.now(), max(clock.now(), world.asked[-1])):
            clock.move_to(at)
            run_due(runtime)
            assert everyone(runtime, at) == afresh(runtime, at), f"seed {seed}"
    finally:
        close(runtime)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_profile_is_a_fold_of_the_log(block: int) -> None:
    for seed in range(block * 40, (block + 1) * 40):
        play(seed)


@pytest.mark.long
def test_in_very_many_worlds() -> None:
    for seed in range(1_000, 8_000):
        play(seed)
