"""What is sent: once, when it is due, still true and allowed; held where no channel is, and told in the log."""

from collections.abc import Iterator

import pytest

from tests.runtime.mailroom import Drum, tell
from tests.runtime.rooms import MAILING, NOON, afresh, everyone
from waypost.model.time import DAY, HOUR, MINUTE
from waypost.runtime import lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.channels import Failed, Retry
from waypost.runtime.clock import HandClock
from waypost.runtime.collect import collect
from waypost.runtime.definitions import set_paused
from waypost.runtime.deliver import NO_CHANNEL
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores import decisions as outbox
from waypost.runtime.transactions import Question
from waypost.runtime.worker import run_due


@pytest.fixture
def runtime(clock: HandClock, drum: Drum) -> Iterator[Runtime]:
    runtime = open_runtime(Settings(MAILING, store="sqlite://"), clock, channels={"email": drum, "webhook": drum})
    yield runtime
    now = clock.now()
    assert everyone(runtime, now) == afresh(runtime, now)
    close(runtime)


def later(runtime: Runtime, clock: HandClock, duration: int) -> None:
    clock.advance(duration)
    run_due(runtime)


def told(runtime: Runtime, who: str = "ada") -> list[tuple[object, object]]:
    """The ends of deliveries as the log has them, the earliest first."""
    found = [event["properties"] for event in lookup.events(runtime, who=who) if event["type"] == "delivery"]
    return [(said["outcome"], said.get("reason")) for said in reversed(found)]  # type: ignore[call-overload,index,union-attr]


def test_it_waits_looks_again_and_leaves_once(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    tell(runtime, "ada", "signed_up", "shared", "shared")
    later(runtime, clock, 10 * MINUTE - 1)
    assert drum.given == []
    later(runtime, clock, 1)
    run_due(runtime)
    assert [message.content.copy["subject"] for message in drum.given] == ["You have shared 2 times"]
    assert told(runtime) == [("sent", None)]
    tell(runtime, "ada", "shared")
    later(runtime, clock, DAY)
    assert len(drum.given) == 1
    assert outbox.everything(runtime.database, 10) == []


def test_what_is_no_longer_true_is_not_sent(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    tell(runtime, "ada", "signed_up", "looked", "looked", "looked")
    tell(runtime, "ada", "shared")
    later(runtime, clock, HOUR)
    assert drum.given == []
    assert told(runtime) == [("dropped", "send_when")]


def test_what_came_late_starts_nothing(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    tell(runtime, "ada", "signed_up", "shared", "shared", ago=3 * HOUR)
    later(runtime, clock, 2 * HOUR)
    tell(runtime, "ada", "looked")
    later(runtime, clock, DAY)
    assert drum.given == []
    assert told(runtime) == []


def test_quiet_hours_hold_it_until_the_morning(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    clock.move_to(NOON + 10 * HOUR)
    tell(runtime, "ada", "signed_up", "shared", "shared")
    for _ in range(9):
        later(runtime, clock, HOUR)
        assert drum.given == []
    later(runtime, clock, HOUR + 11 * MINUTE)
    assert len(drum.given) == 1


def test_a_late_worker_sends_what_is_still_true(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    tell(runtime, "ada", "signed_up", "shared", "shared")
    clock.advance(2 * HOUR)
    run_due(runtime)
    assert len(drum.given) == 1


def test_a_channel_may_ask_for_another_try_or_give_up(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    drum.next = [Retry(5 * MINUTE, "greylisted"), Failed("no such mailbox")]
    tell(runtime, "ada", "signed_up", "shared", "shared")
    later(runtime, clock, 10 * MINUTE)
    assert [(one.held, one.attempts) for one in outbox.everything(runtime.database, 10)] == [("greylisted", 1)]
    later(runtime, clock, 5 * MINUTE)
    assert len({message.delivery_id for message in drum.given}) == 1
    assert told(runtime) == [("failed", "no such mailbox")]
    assert outbox.everything(runtime.database, 10) == []


def test_without_a_channel_it_is_held_for_all_to_see(clock: HandClock) -> None:
    runtime = open_runtime(Settings(MAILING, store="sqlite://"), clock)
    tell(runtime, "ada", "signed_up", "shared", "shared")
    later(runtime, clock, 10 * MINUTE)
    assert [one.held for one in outbox.everything(runtime.database, 10)] == [NO_CHANNEL]
    assert told(runtime) == []
    close(runtime)


def test_a_pause_stops_all_and_resuming_sends_what_waited(runtime: Runtime, clock: HandClock, drum: Drum) -> None:
    tell(runtime, "ada", "signed_up", "shared", "shared")
    runtime.commits.wait(Question(lambda now: set_paused(runtime, True, now)))
    tell(runtime, "ben", "signed_up", "looked", "looked", "looked")
    later(runtime, clock, HOUR)
    assert drum.given == []
    runtime.commits.wait(Question(lambda now: set_paused(runtime, False, now)))
    later(runtime, clock, 15 * MINUTE)
    later(runtime, clock, MINUTE)
    assert sorted(message.step for message in drum.given) == ["nudge", "praise"]


def test_a_person_who_merges_meanwhile_gets_it_as_who_they_are_then(
    runtime: Runtime, clock: HandClock, drum: Drum
) -> None:
    collect(runtime, [{"type": "track", "anonymousId": "phone", "event": name} for name in ("signed_up", "shared")])
    clock.advance(1)
    collect(runtime, [{"type": "track", "anonymousId": "phone", "event": "shared"}])
    clock.advance(MINUTE)
    collect(runtime, [{"type": "identify", "userId": "ada", "anonymousId": "phone", "traits": {"name": "Ada"}}])
    later(runtime, clock, 10 * MINUTE)
    assert [(message.person, message.traits["name"]) for message in drum.given] == [("u:ada", "Ada")]
    later(runtime, clock, DAY)
    assert len(drum.given) == 1
