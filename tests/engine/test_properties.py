"""Names and properties as the tracking plan says."""

import pytest

from tests.engine.small import definitions, event, number, state, text
from waypost.engine.program import compile_program
from waypost.engine.properties import (
    BOOLEAN,
    INSTANT,
    NUMBER,
    STRING,
    Scalar,
    canonical,
    from_product,
    less,
    reading,
    spellings,
)
from waypost.model.conditions import Compare, Op, PropertyOf
from waypost.model.signals import Count, Field, Latest, Select
from waypost.model.time import HOUR
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan
from waypost.model.values import MILLION, Json, Type

SHARED = PlannedEvent(
    "report_shared",
    also=("Report Shared", "shareReport"),
    rename={"shared_with": "audience", "to": "audience"},
    properties={"audience": Property("audience", PropertyType.STRING)},
)
PLAN = TrackingPlan({"report_shared": SHARED, "page": PlannedEvent("page")})


def declared(type_: PropertyType) -> PlannedEvent:
    """An event whose property x has a type."""
    return PlannedEvent("a", properties={"x": Property("x", type_, enum=("listed",), minimum=0, maximum=1)})


def test_a_name_sent_is_read_as_the_plan_calls_it() -> None:
    names = spellings(PLAN)
    assert canonical("track", "Report Shared", names) == "report_shared"
    assert canonical("track", "report_shared", names) == "report_shared"
    assert canonical("track", "something else", names) == "something else"
    assert canonical("page", "page", names) == "page"
    assert canonical("identify", "", names) == ""


def test_an_events_own_name_wins_over_anothers_spelling() -> None:
    plan = TrackingPlan({"a": PlannedEvent("a", also=("b", "c")), "b": PlannedEvent("b", also=("c",))})
    assert spellings(plan) == {"a": "a", "b": "b", "c": "a"}


def test_any_takes_what_the_product_did() -> None:
    assert from_product("track", "report_shared")
    assert from_product("page", "page")
    assert from_product("track", "Stepped out")
    assert not from_product("track", "Step Shown")
    assert not from_product("identify", "")


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ({"audience": "team"}, (STRING, "team")),
        ({"shared_with": "team"}, (STRING, "team")),
        ({"to": "x", "shared_with": "team"}, (STRING, "team")),
        ({"shared_with": "team", "audience": "public"}, (STRING, "public")),
        ({"shared_with": "team", "audience": None}, None),
        ({}, None),
    ],
)
def test_renamed_properties(properties: dict[str, Json], value: Scalar | None) -> None:
    assert reading(SHARED, ("audience",)).scalar(properties) == value


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("text", (STRING, "text")),
        (True, (BOOLEAN, True)),
        (1, (NUMBER, MILLION)),
        (0.1, (NUMBER, 100_000)),
        (0.0000005, (NUMBER, 1)),
        (-0.0000005, (NUMBER, -1)),
        (10**12, (NUMBER, 10**18)),
        (10**12 + 1, None),
        (None, None),
        ([1], None),
        ({"a": 1}, None),
    ],
)
def test_values_that_nobody_declared(value: Json, read: Scalar | None) -> None:
    assert reading(None, ("x",)).scalar({"x": value}) == read
    assert reading(None, ("x",)).missing({"x": value}) is (read is None and not isinstance(value, list | dict))


@pytest.mark.parametrize(
    ("type_", "fits", "breaks"),
    [
        (PropertyType.STRING, ["", "unlisted"], [1, True, None, ["a"]]),
        (PropertyType.NUMBER, [1, -0.5, 7], ["1", True, None, 10**13]),
        (PropertyType.INTEGER, [1, 2.0, -7], [1.5, "1", True]),
        (PropertyType.BOOLEAN, [True, False], [0, 1, "true"]),
        (
            PropertyType.TIMESTAMP,
            ["2026-01-31T09:00:00Z", "2026-01-31 09:00:00.5+01:00", "2024-02-29t00:00:00z"],
            ["2026-01-31", "2026-01-31T09:00Z", "2026-01-31T09:00:00", "2026-02-30T00:00:00Z", 1769850000],
        ),
    ],
)
def test_a_value_that_breaks_its_declared_type_is_null(
    type_: PropertyType, fits: list[Json], breaks: list[Json]
) -> None:
    read = reading(declared(type_), ("x",))
    for value in fits:
        assert read.scalar({"x": value}) is not None
        assert not read.missing({"x": value})
    for value in breaks:
        assert read.scalar({"x": value}) is None
        assert read.missing({"x": value})


def test_a_declared_timestamp_is_an_instant() -> None:
    read = reading(declared(PropertyType.TIMESTAMP), ("x",))
    assert read.scalar({"x": "1970-01-01T01:00:00+01:00"}) == (INSTANT, 0)
    assert read.scalar({"x": "1970-01-01T01:00:00.0000019Z"}) == (INSTANT, HOUR + 1)


@pytest.mark.parametrize(("type_", "fitting"), [(PropertyType.LIST, [1]), (PropertyType.OBJECT, {"y": 1})])
def test_lists_and_objects_are_no_values_but_are_there(type_: PropertyType, fitting: Json) -> None:
    read = reading(declared(type_), ("x",))
    assert read.scalar({"x": fitting}) is None
    assert not read.missing({"x": fitting})
    assert read.missing({"x": "text"})


def test_nested_paths_look_inside() -> None:
    read = reading(declared(PropertyType.OBJECT), ("x", "y"))
    assert read.scalar({"x": {"y": 1}}) == (NUMBER, MILLION)
    assert read.scalar({"x": [1]}) is None
    assert read.scalar({"x.y": 1}) is None
    assert reading(SHARED, ("audience", "y")).scalar({"shared_with": {"y": "in"}}) == (STRING, "in")


def test_unlike_values_have_an_order() -> None:
    assert less((BOOLEAN, True), (NUMBER, -1))
    assert less((NUMBER, 5), (STRING, ""))
    assert less((STRING, "Z"), (STRING, "a"))
    assert not less((NUMBER, 5), (NUMBER, 5))


def test_signals_read_events_under_all_their_names() -> None:
    where = Compare(Op.EQ, PropertyOf(("audience",)), text("team"))
    program = compile_program(
        definitions(
            {
                "shared": (Count(Select(("report_shared",), where)), Type.NUMBER),
                "loud": (Count(Select(("any",), Compare(Op.GT, PropertyOf(("loud",)), number(1)))), Type.NUMBER),
                "whom": (Latest((Field("report_shared", ("audience",)),)), Type.STRING),
            },
            plan=PLAN,
        )
    )
    log = [
        event(1, "Report Shared", {"shared_with": "team"}),
        event(2, "shareReport", {"audience": "team", "loud": 2}),
        event(3, "report_shared", {"audience": "public"}),
        event(4, "report_shared", {"audience": 7}),
    ]
    assert state(program, log, 9).signals == {"shared": 2 * MILLION, "loud": MILLION, "whom": "public"}
