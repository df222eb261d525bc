"""Events against a tracking plan, and what is said to the developer who sent them."""

import pytest

from tests.engine.stands import NOON
from waypost.engine.tracking import check, checker
from waypost.model.events import Event, Kind
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan, Violation
from waypost.model.values import Json

SHARED = PlannedEvent(
    "report_shared",
    also=("Report Shared", "shareReport"),
    rename={"shared_with": "audience"},
    properties={
        "audience": Property("audience", PropertyType.STRING, enum=("team", "public")),
        "seats": Property("seats", PropertyType.INTEGER, required=False, minimum=1_000_000, maximum=500_000_000),
    },
)
TYPED = PlannedEvent(
    "typed", properties={kind.value: Property(kind.value, kind, required=False) for kind in PropertyType}
)
PLAN = TrackingPlan({"report_shared": SHARED, "typed": TYPED}, "quarantine")


def sent(name: str, properties: dict[str, Json], kind: Kind = "track") -> Event:
    return Event("m", kind, name, NOON, "ada", None, properties, "web", NOON)


def said(name: str, properties: dict[str, Json]) -> list[tuple[str, str]]:
    return [(violation.code, violation.message) for violation in check(sent(name, properties), PLAN)]


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("report_shared", {"audience": "team"}),
        ("Report Shared", {"shared_with": "public", "seats": 1}),
        ("shareReport", {"audience": "team", "seats": 500.0, "more": [1]}),
        ("report_shared", {"audience": "team", "seats": None}),
        ("typed", {"string": "", "number": 1.5, "integer": 2, "boolean": False, "list": [], "object": {}}),
        ("typed", {"timestamp": "2026-01-31T09:00:00.5+02:00"}),
    ],
)
def test_kept_promises(name: str, properties: dict[str, Json]) -> None:
    assert said(name, properties) == []


@pytest.mark.parametrize(
    ("properties", "code", "message"),
    [
        ({}, "required", '`audience` is missing; it should be a string, one of "team", "public".'),
        ({"audience": None}, "required", '`audience` is null; it should be a string, one of "team", "public".'),
        ({"audience": 3}, "type", '`audience` is 3; it should be a string, one of "team", "public".'),
        ({"audience": "me"}, "enum", '`audience` is "me"; it should be a string, one of "team", "public".'),
        (
            {"shared_with": "me"},
            "enum",
            '`audience` (sent as `shared_with`) is "me"; it should be a string, one of "team"',
        ),
        ({"audience": "team", "seats": 0}, "range", "`seats` is 0; it should be a whole number from 1 to 500."),
        ({"audience": "team", "seats": 501}, "range", "`seats` is 501; it should be a whole number from 1 to 500."),
        ({"audience": "team", "seats": 1.5}, "type", "`seats` is 1.5; it should be a whole number from 1 to 500."),
        ({"audience": "team", "seats": "many"}, "type", '`seats` is "many"; it should be a whole number'),
        ({"audience": "team", "seats": True}, "type", "`seats` is true; it should be a whole number"),
    ],
)
def test_broken_promises(properties: dict[str, Json], code: str, message: str) -> None:
    ((found, words),) = said("report_shared", properties)
    assert found == code
    assert words.startswith(f"`report_shared`: {message}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("string", 1),
        ("number", "1"),
        ("number", 10**13),
        ("integer", 1.000001),
        ("boolean", "true"),
        ("boolean", 1),
        ("timestamp", "2026-01-31"),
        ("timestamp", "2026-02-30T09:00:00Z"),
        ("timestamp", 1767603600),
        ("list", {}),
        ("object", []),
        ("list", "x"),
    ],
)
def test_wrong_types(name: str, value: Json) -> None:
    ((code, words),) = said("typed", {name: value})
    assert code == "type"
    assert f"`{name}` is " in words
    assert "it should be " in words


def test_every_broken_promise_is_told_at_once() -> None:
    assert [code for code, _ in said("report_shared", {"seats": 0})] == ["required", "range"]


def test_an_event_that_nobody_planned() -> None:
    (violation,) = check(sent("Report shared", {}), PLAN)
    assert violation == Violation(
        "unplanned",
        "`Report shared` is not in the tracking plan; `report_shared` is: add 'Report shared' to its `also`.",
    )
    (violation,) = check(sent("logged_in", {}), PLAN)
    assert violation.message.endswith("add it to `events`, or to the `also` of one.")


@pytest.mark.parametrize("unplanned", ["accept", "quarantine", "reject"])
def test_an_empty_plan_accepts_everything(unplanned: str) -> None:
    plan = TrackingPlan(
        {}, "reject" if unplanned == "reject" else "quarantine" if unplanned == "quarantine" else "accept"
    )
    assert check(sent("anything", {}), plan) == ()


def test_what_is_no_event_of_the_product_is_not_in_the_plan() -> None:
    for event in (
        sent("", {"plan": 3}, "identify"),
        sent("page", {}, "page"),
        sent("screen", {}, "screen"),
        sent("Step Shown", {"step": "tip"}),
        sent("Experiment Viewed", {}),
    ):
        assert check(event, PLAN) == ()


def test_pages_may_be_planned() -> None:
    properties = {"path": Property("path", PropertyType.STRING)}
    plan = TrackingPlan({"page": PlannedEvent("page", ("Page Viewed",), properties=properties)}, "reject")
    check_all = checker(plan)
    assert [one.code for one in check_all(sent("page", {}, "page"))] == ["required"]
    assert [one.code for one in check_all(sent("Page Viewed", {}, "track"))] == ["required"]
    assert check_all(sent("Page Viewed", {"path": "/"}, "track")) == ()
    assert [one.code for one in check_all(sent("page", {}, "track"))] == ["unplanned"]


def test_long_values_are_not_repeated_whole() -> None:
    ((_, words),) = said("typed", {"number": "x" * 1000})
    assert len(words) < 150


def test_half_open_ranges() -> None:
    low = PlannedEvent("low", properties={"n": Property("n", PropertyType.NUMBER, minimum=500_000)})
    high = PlannedEvent("high", properties={"n": Property("n", PropertyType.NUMBER, maximum=2_000_000)})
    plan = TrackingPlan({"low": low, "high": high})
    assert check(sent("low", {"n": 0.4}), plan)[0].message.endswith("it should be a number of at least 0.5.")
    assert check(sent("high", {"n": 3}), plan)[0].message.endswith("it should be a number of at most 2.")
    assert check(sent("low", {"n": 0.5}), plan) == check(sent("high", {"n": 2}), plan) == ()
