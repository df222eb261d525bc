"""Asking what next: kept where it says something new, the same while a slot is held, and nothing of strangers."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.runtime.rooms import MAILING
from waypost.model.people import anonymous, user
from waypost.model.time import HOUR, MINUTE, Instant, parse_instant
from waypost.runtime import lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.collect import collect
from waypost.runtime.decide import ask, ask_async
from waypost.runtime.definitions import set_paused
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.transactions import Question

NOON: Instant = parse_instant("2026-01-05T12:00:00Z") or 0


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
def runtime(clock: HandClock) -> Iterator[Runtime]:
    runtime = open_runtime(Settings(MAILING, store="sqlite://"), clock)
    collect(runtime, [{"type": "track", "userId": "ada", "event": "signed_up", "anonymousId": "phone"}])
    yield runtime
    close(runtime)


def decisions(runtime: Runtime) -> int:
    return sum(event["type"] == "decision" for event in lookup.events(runtime))


def test_the_answer_has_what_the_wire_promises(runtime: Runtime) -> None:
    body = ask(runtime, user("ada")).body
    assert list(body) == [
        *("decision_id", "person", "at", "definition_set", "stage", "segments", "milestones"),
        *("steps", "not_now", "holdout"),
    ]
    assert (body["person"], body["at"], body["stage"]) == ("ada", "2026-01-05T12:00:00Z", "newcomer")
    assert [step["step"] for step in body["steps"]] == ["first_share"]  # type: ignore[union-attr,index,call-overload]


def test_asking_again_inside_the_slot_is_the_same_decision(runtime: Runtime, clock: HandClock) -> None:
    first = ask(runtime, user("ada")).body
    clock.advance(9 * MINUTE)
    assert ask(runtime, anonymous("phone")).body["decision_id"] == first["decision_id"]
    assert decisions(runtime) == 1
    clock.advance(2 * MINUTE)
    assert ask(runtime, user("ada")).body["decision_id"] != first["decision_id"]
    assert decisions(runtime) == 2


def test_of_somebody_unknown_nothing_is_stored(runtime: Runtime) -> None:
    body = ask(runtime, user("zed")).body
    assert (body["person"], body["stage"], body["steps"]) == ("zed", "newcomer", [])
    assert decisions(runtime) == 0
    assert not runtime.commits.wait(Question(lambda now: runtime.identities.find(user("zed"))))


def test_a_pause_offers_nothing_and_says_so(runtime: Runtime) -> None:
    runtime.commits.wait(Question(lambda now: set_paused(runtime, True, now)))
    body = ask(runtime, user("ada")).body
    assert body["steps"] == []
    assert body["not_now"][0]["reason"] == "paused"  # type: ignore[index,call-overload]


def test_a_decision_does_not_make_older_events_late(runtime: Runtime, clock: HandClock) -> None:
    clock.advance(HOUR)
    ask(runtime, user("ada"))
    collect(runtime, [{"type": "track", "userId": "ada", "event": "shared", "timestamp": "2026-01-05T12:59:00Z"}])
    assert ask(runtime, user("ada")).body["stage"] == "sharer"


def test_many_tasks_may_ask(runtime: Runtime) -> None:
    async def send() -> set[object]:
        found = await asyncio.gather(*(ask_async(runtime, user("ada")) for _ in range(20)))
        return {one.body["decision_id"] for one in found}

    assert len(asyncio.run(send())) == 1
    assert decisions(runtime) == 1
