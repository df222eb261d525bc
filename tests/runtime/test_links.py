"""Links as they come: whoever an event moves from or to is folded again, and nobody else."""

from collections.abc import Sequence
from random import Random

import pytest

from tests.runtime.rooms import afresh, arrive, everyone, opened
from waypost.model.events import Event
from waypost.model.people import Id, PersonId, user
from waypost.model.time import MINUTE, SECOND
from waypost.runtime import advance, links
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.identity import Identities
from waypost.runtime.merges import undo_link
from waypost.runtime.start import close
from waypost.runtime.stores.log import Log

START = 1_772_366_400 * SECOND


def event(number: int, at: int, user_id: str | None, anonymous_id: str | None, previous: str | None = None) -> Event:
    at += START
    if previous:
        return Event(f"m{number}", "alias", "", at, user_id, anonymous_id, {}, "web", at, previous)
    return Event(f"m{number}", "track", "report_shared", at, user_id, anonymous_id, {}, "web", at)


@pytest.mark.parametrize("seed", range(30))
def test_everybody_is_as_though_folded_afresh_whatever_claims_a_shared_id(seed: int) -> None:
    dice = Random(seed)
    users, devices = ["u1", "u2", "u3", "u4"], ["kiosk", "phone"]
    events = []
    for number in range(40):
        who = dice.choice([*users, None, None])
        device = dice.choice(devices) if who is None or dice.random() < 0.6 else None
        previous = dice.choice([*users, "kiosk"]) if who is not None and seed % 2 and dice.random() < 0.05 else None
        events.append(event(number, dice.randrange(30) * SECOND, who, device, None if previous == who else previous))
    runtime = opened(clock := HandClock(START + MINUTE))
    while events:
        size = dice.randrange(1, 5)
        batch, events = events[:size], events[size:]
        arrive(runtime, batch)
        clock.advance(SECOND)
        assert everyone(runtime, clock.now()) == afresh(runtime, clock.now())
    close(runtime)


def test_the_first_claim_that_was_not_taken_back_moves_everything() -> None:
    runtime = opened(clock := HandClock(START + MINUTE))
    arrive(runtime, [event(0, 10, "ada", "phone"), event(1, 20, None, "phone")])
    undo_link(runtime, "ada", "phone")
    arrive(runtime, [event(2, 30, "ben", None)])
    arrive(runtime, [event(3, 40, "ben", "phone")])
    assert everyone(runtime, clock.now()) == afresh(runtime, clock.now())
    close(runtime)


def relinked(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[set[PersonId]]:
    """The people whose logs each batch may change, from now on."""
    told: list[set[PersonId]] = []

    def spy(log: Log, identities: Identities, events: Sequence[Event], fresh: set[Id]) -> links.Relinked:
        found = links.relink(log, identities, events, fresh)
        told.append(found.people)
        return found

    monkeypatch.setattr(advance, "relink", spy)
    return told


def test_a_device_that_many_share_has_nobody_folded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = opened(HandClock(START + MINUTE))
    arrive(runtime, [event(number, number, f"u{number}", "kiosk") for number in range(100)])
    arrive(runtime, [event(100, 100, None, "kiosk")])
    told = relinked(runtime, monkeypatch)
    arrive(runtime, [event(101, 101, "newcomer", "kiosk")])
    arrive(runtime, [event(102, 102, "u7", "kiosk")])
    assert told == [set(), set()]
    # Late: what happened on the device at 100 is hers now, and no longer of whoever claimed it last before.
    arrive(runtime, [event(103, 100, "late", "kiosk")])
    assert told[-1] == {PersonId(user("u99")), PersonId(user("late"))}
    close(runtime)
