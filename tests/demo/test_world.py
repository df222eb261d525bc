"""The pretend people are what they are said to be, whatever the seed."""

from collections import Counter
from random import Random

import pytest

from waypost.demo import world
from waypost.demo.harbour import copy_to
from waypost.engine import observe
from waypost.engine.messages import read
from waypost.engine.people import group_by_person
from waypost.engine.program import Program, compile_program
from waypost.model.events import Event
from waypost.model.people import PersonId
from waypost.model.time import DAY, Instant, parse_instant
from waypost.runtime.folder import load_files, read_folder

START: Instant = parse_instant("2026-01-05T06:00:00Z") or 0


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("harbour")
    copy_to(folder, deliver=True)
    definitions = load_files(read_folder(folder))
    assert definitions.delivery == "on"
    return compile_program(definitions)


@pytest.mark.parametrize("seed", range(5))
def test_the_engine_finds_what_was_planted(program: Program, seed: int) -> None:
    cast = world.actors(Random(seed), 60, START, 14 * DAY)
    events = [read(sent.message, received_at=sent.arrives) for sent in world.in_order(cast)]
    assert all(isinstance(event, Event) for event in events), "no message is refused"
    logs = group_by_person(event for event in events if isinstance(event, Event))
    assert len(logs) == 60, "every visit before signing up is somebody's"
    for actor in cast:
        profile = observe.fold(program, PersonId(f"u:{actor.user_id}"), logs[PersonId(f"u:{actor.user_id}")], 2**62)
        assert profile is not None
        state = observe.view(program, profile, actor.signup + world.SETTLED)
        stage, milestones = world.TRUTH[actor.habit]
        assert (actor.user_id, state.stage) == (actor.user_id, stage)
        assert {name for name, at in state.milestones.items() if at is not None} == milestones
        assert state.signup == actor.signup


def test_some_people_are_quick_and_some_stall(program: Program) -> None:
    cast = world.actors(Random(7), 100, START, 14 * DAY)
    events = [read(sent.message, received_at=sent.arrives) for sent in world.in_order(cast)]
    logs = group_by_person(event for event in events if isinstance(event, Event))
    met: dict[world.Habit, set[str]] = {habit: set() for habit in world.Habit}
    for actor in cast:
        person = PersonId(f"u:{actor.user_id}")
        profile = observe.fold(program, person, logs[person], actor.signup)
        assert profile is not None
        later = [event for event in sorted(logs[person], key=lambda event: event.order) if event.at > actor.signup]
        for told in [*observe.observe(program, profile, later), *observe.wake(program, profile, profile.at + 5 * DAY)]:
            if told.kind == "segment" and told.entered:
                met[actor.habit].add(told.name)
    assert {"fast_finisher", "team_builder"} <= met[world.Habit.QUICK]
    assert "explorer" in met[world.Habit.EXPLORER]
    assert {"stalled_at_setup", "struggling", "waiting_for_help"} <= met[world.Habit.STUCK]
    assert "stalled_at_setup" not in met[world.Habit.QUICK]


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
