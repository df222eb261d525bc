"""Looking: one person now and then, the log, quarantine, counts, and why not."""

from collections.abc import Iterator

import pytest

from tests.runtime.rooms import opened
from waypost.model.problems import Problem
from waypost.model.time import DAY, HOUR, Instant, parse_instant
from waypost.runtime import lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.collect import collect
from waypost.runtime.start import close

NOON: Instant = parse_instant("2026-01-05T12:00:00Z") or 0


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    clock = HandClock(NOON)
    runtime = opened(clock)
    traits = {"email": "ada@example.com", "name": "Ada"}
    collect(runtime, [{"type": "track", "anonymousId": "phone", "event": "signed_up", "messageId": "ada-1"}])
    clock.advance(HOUR)
    collect(runtime, [{"type": "identify", "userId": "ada", "anonymousId": "phone", "traits": traits}])
    collect(runtime, [{"type": "identify", "userId": "ben", "traits": {"email": "us@example.com"}}])
    collect(runtime, [{"type": "identify", "userId": "cy", "traits": {"email": "us@example.com"}}])
    clock.advance(HOUR)
    collect(runtime, [{"type": "track", "userId": "ada", "event": "workspace_created", "messageId": "ada-2"}])
    clock.advance(3 * DAY)
    yield runtime
    close(runtime)


def test_a_person_is_found_by_any_id(runtime: Runtime) -> None:
    for who in ("ada", "phone", "ada@example.com"):
        found = lookup.person(runtime, who)
        assert (found["person"], found["ids"]) == ("ada", ["ada", "phone"])
    with pytest.raises(Problem, match="several people: ben, cy"):
        lookup.person(runtime, "us@example.com")
    with pytest.raises(Problem, match="nobody here has the id 'zed'"):
        lookup.person(runtime, "zed")


def test_a_person_as_of_any_instant(runtime: Runtime) -> None:
    now = lookup.person(runtime, "ada")
    assert (now["stage"], now["segments"]) == ("builder", ["stalled_at_setup"])
    then = lookup.person(runtime, "ada", NOON + HOUR)
    assert (then["stage"], then["segments"], then["at"]) == ("newcomer", [], "2026-01-05T13:00:00Z")
    with pytest.raises(Problem, match="had done nothing by"):
        lookup.person(runtime, "ada", NOON - 1)


def test_a_timeline_tells_what_happened_and_what_it_changed(runtime: Runtime) -> None:
    lines = lookup.person(runtime, "ada")["timeline"]
    assert isinstance(lines, list)
    assert [(line["kind"], line["name"], line.get("change")) for line in lines] == [
        ("track", "signed_up", None),
        ("stage", "newcomer", "entered"),
        ("identify", "identify", None),
        ("track", "workspace_created", None),
        ("stage", "newcomer", "left"),
        ("stage", "builder", "entered"),
        ("segment", "stalled_at_setup", "entered"),
    ]
    assert lookup.person(runtime, "ada", lines=2)["timeline"] == lines[-2:]


def test_why_not(runtime: Runtime) -> None:
    told = lookup.explain(runtime, "ada", "connect_source")
    assert (told["step"], told["offered"]) == ("connect_source", False)
    assert len(lookup.explain_all(runtime, "ada")) == len(runtime.live.definitions.steps)
    with pytest.raises(Problem, match="no step 'dance'"):
        lookup.explain(runtime, "ada", "dance")


def test_people_are_counted_by_stage_and_segment(runtime: Runtime) -> None:
    counts = lookup.people(runtime)
    assert counts["people"] == 3
    assert counts["stages"] == {"regular": 0, "activated": 0, "builder": 1, "newcomer": 2}
    assert counts["segments"]["stalled_at_setup"] == 1  # type: ignore[index,call-overload]
    assert lookup.people(runtime, NOON)["people"] == 1


def test_the_log_is_searched(runtime: Runtime) -> None:
    assert [event["message_id"] for event in lookup.events(runtime, prefix="ada-")] == ["ada-2", "ada-1"]
    assert [event["message_id"] for event in lookup.events(runtime, who="phone", prefix="ada-1")] == ["ada-1"]
    assert len(lookup.events(runtime, limit=2)) == 2
    assert lookup.count_events(runtime) == 5
    assert lookup.count_events(runtime, prefix="ada-") == 2
    assert lookup.count_events(runtime, who="ada", prefix="ada-2") == 1
