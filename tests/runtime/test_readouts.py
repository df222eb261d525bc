"""Readouts of milestones: who is counted, who is not yet, and how people are split."""

from collections.abc import Iterator, Mapping

import pytest

from tests.batch.logs import at_least, defined, event, identify
from tests.runtime.rooms import arrive, opened
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.problems import Problem
from waypost.model.time import DAY, HOUR, parse_instant, write_instant
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.readouts import milestones
from waypost.runtime.start import close

T0 = parse_instant("2026-01-05T09:00:00Z") or 0
PLANS: Mapping[str, Json] = {"ada": "team", "ben": "free", "cy": 3, "dora": None}
DEFINED = defined(
    {"shares": s.Count(s.Select(("shared",)))},
    {"quick": (at_least("shares", 1), 2 * DAY), "ever": at_least("shares", 2)},
    {"active": at_least("shares", 1), "new": c.Always(True)},
    {"sharer": at_least("shares", 2)},
)


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    """Ada, Ben and Cy signed up on one day, Dora two days later; Eve never did."""
    runtime = opened(HandClock(T0 + 3 * DAY), DEFINED)
    log = [event("shared", T0 + HOUR, user="ada"), event("shared", T0 + 5 * HOUR, user="ada")]
    log += [event("shared", T0 + 3 * HOUR, user="ben"), event("shared", T0 + HOUR, user="eve")]
    log += [event("signed_up", T0, user=name) for name in ("ada", "ben", "cy")]
    log += [event("signed_up", T0 + 2 * DAY, user="dora"), event("shared", T0 + 2 * DAY + HOUR, user="dora")]
    for name, plan in PLANS.items():
        told = identify(T0 + 2 * DAY, {"plan": plan}, message_id=f"plan of {name}")
        log.append(type(told)(**{f: getattr(told, f) for f in told.__struct_fields__} | {"user_id": name}))
    arrive(runtime, log)
    yield runtime
    close(runtime)


def rows(readout: Mapping[str, Json], milestone: str) -> list[tuple[Json, Json, Json, Json, Json]]:
    """Group, people, reached, immature and median time of one milestone's rows."""
    found = readout["rows"]
    assert isinstance(found, list)
    columns = ("group", "people", "reached", "immature", "median_time_to")
    return [tuple(row[name] for name in columns) for row in found if row["milestone"] == milestone]


def test_people_whose_time_is_not_over_are_kept_out(runtime: Runtime) -> None:
    readout = milestones(runtime)
    assert readout["as_of"] == write_instant(T0 + 3 * DAY)
    assert readout["definition_set"] == "test"
    assert rows(readout, "quick") == [({}, 3, 2, 1, 7200)]
    assert rows(readout, "ever") == [({}, 4, 1, 0, 18000)]


def test_as_of_an_earlier_instant(runtime: Runtime) -> None:
    readout = milestones(runtime, T0 + 2 * HOUR)
    assert rows(readout, "quick") == [({}, 0, 0, 3, None)]
    assert rows(readout, "ever") == [({}, 3, 0, 0, None)]
    assert rows(milestones(runtime, T0 + 2 * DAY), "quick") == [({}, 3, 2, 1, 7200)]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("stage", [("active", 2, 2, 1), ("new", 1, 0, 0)]),
        ("active", [(False, 1, 0, 0), (True, 2, 2, 1)]),
        ("sharer", [(False, 2, 1, 1), (True, 1, 1, 0)]),
        ("trait.plan", [(3, 1, 0, 0), ("free", 1, 1, 0), ("team", 1, 1, 0), (None, 0, 0, 1)]),
        ("shares >= 2 AND trait.plan = 'team'", [(False, 2, 1, 1), (True, 1, 1, 0)]),
    ],
)
def test_people_are_split(runtime: Runtime, by: str, expected: list[tuple[Json, int, int, int]]) -> None:
    found = rows(milestones(runtime, by=by), "quick")
    assert [({by: value}, *counts) for value, *counts in expected] == [row[:4] for row in found]


def test_what_cannot_split_people_is_said(runtime: Runtime) -> None:
    with pytest.raises(Problem, match="people cannot be split by 'shars >= 1'"):
        milestones(runtime, by="shars >= 1")


def test_nobody_gives_rows_without_rates() -> None:
    runtime = opened(HandClock(T0), DEFINED)
    try:
        assert rows(milestones(runtime), "ever") == [({}, 0, 0, 0, None)]
        assert milestones(runtime, by="stage")["rows"] == []
    finally:
        close(runtime)
