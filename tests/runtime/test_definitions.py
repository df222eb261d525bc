"""Definitions that change while people wait: everyone is looked at again, and nobody is sent anything for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.mailroom import Drum, apply, change, serving, tell
from waypost.model.time import DAY, MINUTE
from waypost.runtime import lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores.sqlite import HostLock
from waypost.runtime.transactions import Question
from waypost.runtime.worker import run_due


@pytest.fixture
def server(folder: Path, clock: HandClock, drum: Drum) -> Iterator[Runtime]:
    runtime = serving(folder, clock, drum)
    yield runtime
    close(runtime)


@pytest.mark.parametrize("beside", [False, True], ids=["in the server", "beside the server"])
def test_what_time_brings_under_new_definitions_comes_with_no_event(
    server: Runtime, folder: Path, clock: HandClock, drum: Drum, beside: bool
) -> None:
    """Whoever waited for nothing before waits now: the server hears of it also where another process applies them."""
    tell(server, "ada", "signed_up")
    clock.advance(MINUTE)
    run_due(server)
    server.commits.wait(Question(lambda now: server.profiles.write()))
    change(folder, "send_when: shares >= 2", "send_when: idle > INTERVAL '15 minutes'")
    if beside:
        guest = open_runtime(Settings(folder), clock)
        apply(guest, folder)
        close(guest)
    else:
        apply(server, folder)
    run_due(server)
    assert drum.steps == []
    clock.advance(15 * MINUTE)
    run_due(server)
    clock.advance(10 * MINUTE)
    run_due(server)
    assert drum.steps == [("u:ada", "praise")]


def test_who_matches_only_because_definitions_changed_is_sent_nothing(
    server: Runtime, folder: Path, clock: HandClock, drum: Drum
) -> None:
    tell(server, "ada", "signed_up", "shared")
    clock.advance(30 * MINUTE)
    run_due(server)
    change(folder, "send_when: shares >= 2", "send_when: shares >= 1")
    apply(server, folder)
    for _ in range(3):
        clock.advance(20 * MINUTE)
        run_due(server)
    assert drum.steps == []
    reasons = lookup.explain(server, "ada", "praise")["reasons"]
    assert isinstance(reasons, list)
    last = reasons[-1]
    assert isinstance(last, dict)
    assert last["reason"] == "not_begun"
    tell(server, "ben", "signed_up", "shared")
    clock.advance(DAY)
    run_due(server)
    assert drum.steps == [("u:ben", "praise")]


def test_everyone_is_looked_at_though_the_server_was_killed_just_after(
    folder: Path, clock: HandClock, drum: Drum
) -> None:
    first = open_runtime(Settings(folder), clock, host=True)
    tell(first, "ada", "signed_up")
    clock.advance(MINUTE)
    run_due(first)
    close(first)
    change(folder, "send_when: shares >= 2", "send_when: idle > INTERVAL '15 minutes'")
    killed = open_runtime(Settings(folder), clock, host=True)
    apply(killed, folder)
    killed.commits.close()  # and nothing is written that is written behind
    assert isinstance(killed.hosted, HostLock)
    killed.hosted.release()
    killed.database.close()
    again = serving(folder, clock, drum)
    run_due(again)
    clock.advance(15 * MINUTE)
    run_due(again)
    clock.advance(10 * MINUTE)
    run_due(again)
    assert drum.steps == [("u:ada", "praise")]
    close(again)
