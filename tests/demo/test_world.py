"""The pretend people are what they are said to be, whatever the seed."""

from collections import Counter
from random import Random

import pytest

from waypost.demo import world
from waypost.model.time import DAY, Instant, parse_instant

START: Instant = parse_instant("2026-01-05T06:00:00Z") or 0


def test_the_same_seed_gives_the_same_people() -> None:
    one, other = (world.actors(Random(7), 60, START, 14 * DAY) for _ in range(2))
    assert one == other
    assert one != world.actors(Random(8), 60, START, 14 * DAY)


@pytest.mark.parametrize("seed", range(5))
def test_habits_have_their_exact_shares(seed: int) -> None:
    cast = world.actors(Random(seed), 100, START, 14 * DAY)
    assert Counter(actor.habit for actor in cast) == {habit: 5 * cards for habit, cards in world.DECK.items()}
    assert cast[0].first_name == "Ada"
    assert cast[0].habit is world.Habit.RETURNER
    assert len({actor.user_id for actor in cast}) == 100


def test_messages_are_unique_and_arrive_in_order_and_never_before_they_happen() -> None:
    sent = world.in_order(world.actors(Random(7), 100, START, 14 * DAY))
    ids = [one.message["messageId"] for one in sent]
    assert len(set(ids)) == len(ids)
    assert [one.arrives for one in sent] == sorted(one.arrives for one in sent)
    delays = [one.arrives - (parse_instant(str(one.message["timestamp"])) or 0) for one in sent]
    assert min(delays) == 0
    assert max(delays) > 3_600_000_000, "some phones were offline"


def test_people_use_several_devices_and_the_help_desk_writes_too() -> None:
    sent = world.in_order(world.actors(Random(7), 100, START, 14 * DAY))
    contexts = [one.message["context"] for one in sent]
    assert {"source": "web"} in contexts
    assert {"source": "ios"} in contexts
    assert {"source": "support"} in contexts
    assert any("userId" not in one.message for one in sent), "some are not signed in yet"
