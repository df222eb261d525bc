"""`apply --include-existing`: push steps begin for people who match already, once, and wait as all others do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.mailroom import Drum, apply, change, serving, tell
from waypost.model.time import DAY, MINUTE
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.existing import push_existing
from waypost.runtime.importer import import_select
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.worker import run_due


@pytest.fixture
def server(folder: Path, clock: HandClock, drum: Drum) -> Iterator[Runtime]:
    runtime = serving(folder, clock, drum)
    for name in ("ada", "ben"):
        tell(runtime, name, "signed_up", "shared")
    tell(runtime, "cy", "signed_up")
    clock.advance(30 * MINUTE)
    run_due(runtime)
    change(folder, "send_when: shares >= 2", "send_when: shares >= 1")
    yield runtime
    close(runtime)


def wait(runtime: Runtime, clock: HandClock, duration: int) -> None:
    clock.advance(duration)
    run_due(runtime)


@pytest.mark.parametrize("beside", [False, True], ids=["in the server", "beside the server"])
def test_it_begins_for_who_matches_waits_its_time_and_goes_once(
    server: Runtime, folder: Path, clock: HandClock, drum: Drum, beside: bool
) -> None:
    told: list[tuple[int, int]] = []
    where = open_runtime(Settings(folder), clock) if beside else server
    apply(where, folder)
    assert push_existing(where, lambda done, total: told.append((done, total))) == 2
    assert push_existing(where) == 0, "what has begun begins no second time"
    if beside:
        close(where)
    assert told == [(3, 3)]
    wait(server, clock, 0)
    wait(server, clock, 10 * MINUTE)
    assert sorted(drum.steps) == [("u:ada", "praise"), ("u:ben", "praise")]
    assert push_existing(server) == 0
    wait(server, clock, DAY)
    assert len(drum.steps) == 2


def test_imported_history_is_included_and_what_comes_late_afterwards_is_not(
    server: Runtime, folder: Path, clock: HandClock, drum: Drum
) -> None:
    rows = (
        "SELECT 'dee' AS user_id, unnest(['signed_up', 'shared']) AS event, TIMESTAMP '2026-01-03 09:00' AS timestamp"
    )
    import_select(server, rows)
    apply(server, folder)
    assert push_existing(server) == 3
    tell(server, "cy", "shared", ago=DAY)
    wait(server, clock, 20 * MINUTE)
    assert sorted(name for name, _ in drum.steps) == ["u:ada", "u:ben", "u:dee"]


def test_while_delivery_is_off_nothing_begins(server: Runtime, folder: Path, clock: HandClock, drum: Drum) -> None:
    change(folder, "delivery: on", "delivery: off")
    apply(server, folder)
    assert push_existing(server) == 0
    change(folder, "delivery: off", "delivery: on")
    apply(server, folder)
    wait(server, clock, DAY)
    assert drum.steps == []
