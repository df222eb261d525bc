"""Law: a `message_id` counts once, however often and wherever it arrives; and every profile is a fold of the log."""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.http.doors import Client, basic
from tests.laws import worlds
from tests.laws.dice import Seeded, chance, pick, shuffled
from tests.laws.worlds import World
from tests.runtime.rooms import afresh, arrive, everyone, opened, undone
from waypost.embedded import Waypost
from waypost.http.app import build_app
from waypost.model.events import Event
from waypost.model.time import parse_instant
from waypost.runtime import lookup
from waypost.runtime.access import open_access
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.importer import import_select
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


NOON = parse_instant("2026-03-01T12:00:00Z") or 0


def by_http(runtime: Runtime, key: str, name: str) -> None:
    body = {"userId": "ada", "event": name, "messageId": "m1", "timestamp": "2026-03-01T11:00:00Z"}
    assert Client(build_app(runtime)).post("/v1/track", body, headers=basic(key)).status_code == 200


def by_import(runtime: Runtime, key: str, name: str) -> None:
    columns = f"'ada' AS user_id, '{name}' AS event, 'm1' AS message_id, TIMESTAMP '2026-03-01 11:00' AS timestamp"
    import_select(runtime, f"SELECT {columns}")


def in_process(runtime: Runtime, key: str, name: str) -> None:
    Waypost(runtime).track("ada", name, message_id="m1", at="2026-03-01T11:00:00Z")


@pytest.mark.parametrize("doors", list(permutations((by_http, by_import, in_process))))
def test_through_whichever_door_it_comes_it_counts_once_and_the_first_copy_wins(
    doors: tuple[Callable[[Runtime, str, str], None], ...],
) -> None:
    runtime = opened(HandClock(NOON))
    key = open_access(runtime).create("write")[0]
    for door, name in zip(doors, ("login", "page_viewed", "signed_up"), strict=True):
        door(runtime, key, name)
    assert [event["event"] for event in lookup.events(runtime)] == ["login"]
    assert everyone(runtime, NOON) == afresh(runtime, NOON)
    close(runtime)


@pytest.mark.long
def test_in_very_many_worlds() -> None:
    for seed in range(1_000, 8_000):
        play(seed)
