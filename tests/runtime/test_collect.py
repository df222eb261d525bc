"""The door of the corridor: what becomes an event, what lies in quarantine, what is refused."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.rooms import opened
from waypost.model.time import HOUR, Instant, parse_instant
from waypost.model.values import Json
from waypost.runtime import lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.collect import collect, collect_async, original
from waypost.runtime.definitions import apply_files
from waypost.runtime.start import close
from waypost.runtime.transactions import Question

NOON: Instant = parse_instant("2026-01-05T12:00:00Z") or 0


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    runtime = opened(HandClock(NOON))
    yield runtime
    close(runtime)


def plan(runtime: Runtime, unplanned: str) -> None:
    words = ["project: x", f"unplanned_events: {unplanned}", "events: {login: {}}", "stages: {a: {when: TRUE}}"]
    files = {"waypost.yaml": "\n".join(words)}
    runtime.commits.wait(Question(lambda now: apply_files(runtime, files, "A plan.", now)))


def test_a_batch_is_taken_message_by_message(runtime: Runtime) -> None:
    receipt = collect(
        runtime,
        [
            {"type": "track", "userId": "ada", "event": "login", "messageId": "m1"},
            {"type": "track", "userId": "ada", "event": "login", "messageId": "m1"},
            {"type": "track", "userId": "undefined", "event": "login"},
            {"type": "track", "event": "login"},
            "nonsense",
            {"type": "track", "userId": "ada", "event": "report_shared", "properties": {"audience": "moon"}},
        ],
    )
    assert (receipt.accepted, receipt.duplicates, receipt.quarantined, receipt.rejected) == (2, 1, 3, 0)
    assert receipt.violations == 1
    assert [item.place for item in receipt.refused] == [2, 3, 4]
    kept = lookup.quarantined(runtime)
    assert [item["code"] for item in kept] == ["not_an_object", "no_id", "no_id"]
    assert kept[0]["original"] == '"nonsense"'


@pytest.mark.parametrize(("unplanned", "accepted", "kept"), [("accept", 2, 0), ("quarantine", 1, 1), ("reject", 1, 0)])
def test_the_plan_says_what_becomes_of_unplanned_events(
    runtime: Runtime, unplanned: str, accepted: int, kept: int
) -> None:
    plan(runtime, unplanned)
    receipt = collect(runtime, [{"type": "track", "userId": "ada", "event": name} for name in ("login", "logout")])
    assert receipt.accepted == accepted
    assert receipt.quarantined == lookup.count_events(runtime, quarantined=True) == kept
    assert receipt.rejected == (unplanned == "reject")


def test_defaults_times_and_sizes_come_from_the_sender(runtime: Runtime) -> None:
    message = {"userId": "ada", "event": "login", "originalTimestamp": "2026-01-05T10:00:00Z"}
    collect(runtime, [message], kind="track", sent_at=NOON - HOUR, context={"library": {"name": "analytics.js"}})
    event = lookup.events(runtime, who="ada")[0]
    assert (event["timestamp"], event["source"]) == ("2026-01-05T11:00:00Z", "web")
    assert collect(runtime, [message], kind="track", sizes=[40_000]).refused[0].code == "too_large"


def test_one_empty_batch_costs_nothing(runtime: Runtime) -> None:
    assert collect(runtime, []).accepted == 0


def test_many_tasks_share_commits(runtime: Runtime) -> None:
    async def send() -> int:
        batches = [
            [{"type": "track", "userId": f"u{n}", "event": "login", "messageId": f"{n % 40}"}] for n in range(80)
        ]
        receipts = await asyncio.gather(*(collect_async(runtime, batch) for batch in batches))
        return sum(receipt.accepted for receipt in receipts)

    assert asyncio.run(send()) == 40


def test_whatever_cannot_be_written_as_json_is_kept_as_text(tmp_path: Path) -> None:
    assert original({"a": "\ud800"}).startswith("{'a'")
    assert "object" in original(object())  # type: ignore[arg-type]
    assert original({"a": [1]}) == '{"a":[1]}'
    assert tmp_path.exists()


def test_the_original_of_any_message_is_a_text() -> None:
    deep: Json = 1
    for _ in range(5_000):
        deep = [deep]
    assert original(deep) == "a list nested too deep to be written"
