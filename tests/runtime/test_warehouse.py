"""The warehouse: the log wherever it lies, filled once for all questions, in little memory."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace as replaced

from tests.batch.logs import ADA, at_least, defined, event, identify, states, table
from tests.runtime.rooms import HARBOUR
from waypost.engine.observe import fold, view
from waypost.engine.people import group_by_person
from waypost.engine.program import compile_program
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.events import Event
from waypost.model.people import PersonId
from waypost.model.segments import Segment
from waypost.model.time import DAY, HOUR, Offsets, parse_instant
from waypost.model.tracking import PlannedEvent, Property, PropertyType, TrackingPlan
from waypost.model.values import MILLION, Json, Type, Value, millionths
from waypost.runtime.folder import load_files, read_folder
from waypost.runtime.warehouse import open_warehouse

T0 = parse_instant("2026-01-05T09:00:00Z") or 0
A = s.Select(("a",))
LOG = [event("signed_up", T0), event("a", T0 + HOUR), event("a", T0 + DAY), identify(T0, {"plan": "free", "x/y": [1]})]
DEFINED = defined({"n": s.Count(A)}, {"twice": at_least("n", 2)}, {"new": c.Always(True)})


def test_a_log_may_lie_in_files_and_behind_them(tmp_path: Path) -> None:
    pq.write_table(table(LOG[:2]), tmp_path / "it's one.parquet")
    pq.write_table(table(LOG[2:3]), tmp_path / "two.parquet")
    tail = table(LOG[3:]).to_reader()
    warehouse = open_warehouse(sorted(tmp_path.glob("*.parquet")), tail)
    assert warehouse.states(DEFINED, T0 + 2 * DAY) == states(DEFINED, LOG, T0 + 2 * DAY)
    warehouse.close()


def test_nothing_at_all_is_nobody() -> None:
    assert states(DEFINED, [], T0) == {}


def test_a_state_has_all_that_the_live_one_has() -> None:
    state = states(DEFINED, LOG, T0 + 2 * DAY)[ADA]
    assert (state.person, state.at, state.signup, state.stage) == (ADA, T0 + 2 * DAY, T0, "new")
    assert state.milestones == {"twice": T0 + DAY}
    assert state.signals == {"n": 2 * MILLION}
    assert state.traits == {"plan": "free", "x/y": [1]}


def test_who_reached_what_by_when() -> None:
    warehouse = open_warehouse(tail=table(LOG))
    assert warehouse.milestones(DEFINED, T0 + DAY) == {"twice": {ADA: T0 + DAY}}
    assert warehouse.milestones(DEFINED, T0 + DAY - 1) == {"twice": {}}
    warehouse.close()


def test_tables_are_filled_once_and_anew_where_definitions_ask_for_more() -> None:
    warehouse = open_warehouse(tail=table(LOG))
    warehouse.states(DEFINED, T0)
    filled = warehouse.connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    warehouse.states(DEFINED, T0 + DAY)
    more = replace(
        DEFINED,
        segments={"active": Segment("active", at_least("n", 1))},
        evaluation=(*DEFINED.evaluation, ("segment", "active")),
    )
    assert warehouse.states(more, T0 + DAY)[ADA].segments == {"active"}
    assert warehouse.connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == filled
    other = replace(DEFINED, signup="a")
    assert warehouse.states(other, T0 + DAY)[ADA].signup == T0 + HOUR
    assert warehouse.connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() > filled
    warehouse.close()


def test_tables_that_could_not_be_filled_are_filled_when_they_can_be() -> None:
    warehouse = open_warehouse(tail=table(LOG))
    warehouse.connection.execute("ALTER TABLE humans RENAME TO hidden")
    with pytest.raises(duckdb.Error):
        warehouse.states(DEFINED, T0)
    warehouse.connection.execute("ALTER TABLE main.hidden RENAME TO humans")
    assert warehouse.states(DEFINED, T0)[ADA].signup == T0
    warehouse.close()


def test_every_definition_of_the_example_is_a_query() -> None:
    harbour = load_files(read_folder(HARBOUR))
    warehouse = open_warehouse()
    assert set(warehouse.paths(harbour).values()) == {"query"}
    assert warehouse.states(harbour, T0) == {}
    warehouse.close()


def test_local_days_are_cut_by_the_table_of_offsets() -> None:
    change = T0 + 12 * HOUR  # nine in the evening; then the clocks go back by twelve hours
    zone = Offsets("Somewhere", (-(2**62), change), (3 * HOUR, -9 * HOUR))
    log = [event("a", change - HOUR), event("a", change + HOUR), event("a", change + 13 * HOUR), event("a", -1)]
    definitions = replace(defined({"n": s.Days(A)}), zone=zone)
    assert states(definitions, log, change + DAY)[ADA].signals == {"n": 3 * MILLION}
    days = {zone.day(one.at) for one in log}
    assert len(days) == 3


PLAN = TrackingPlan({
    "a": PlannedEvent(
        "a",
        also=("A!", "it's {a}"),
        rename={"ex": "x", "eks": "x"},
        properties={
            "x": Property("x", PropertyType.INTEGER),
            "when": Property("when", PropertyType.TIMESTAMP),
            "tags": Property("tags", PropertyType.LIST),
            "of": Property("of", PropertyType.OBJECT),
        },
    )
})  # fmt: skip


INTEGERS: list[tuple[Json, int | None]] = [
    (1, 1 * MILLION),
    (1.0, 1 * MILLION),
    (1.5, None),
    (True, None),
    ("1", None),
    (None, None),
    (10**12, 10**18),
    (10**12 + 1, None),
]


def latest(field: s.Field, log: list[Event]) -> list[Value | None]:
    """The latest value of the field for each of the users 0, 1, 2 …, under the plan."""
    found = states(replace(defined({"it": s.Latest((field,))}), tracking=PLAN), log, T0)
    return [found[PersonId(f"u:{number}")].signals["it"] for number in range(len(found))]


@pytest.mark.parametrize(("name", "key"), [("a", "x"), ("A!", "ex"), ("it's {a}", "eks")])
def test_a_declared_integer(name: str, key: str) -> None:
    log = [event(name, T0, {key: value}, user=str(number)) for number, (value, _) in enumerate(INTEGERS)]
    assert latest(s.Field("a", ("x",), Type.NUMBER), log) == [expected for _, expected in INTEGERS]


def test_the_plans_own_name_wins_even_with_null() -> None:
    definitions = replace(defined({"it": s.Latest((s.Field("a", ("x",), Type.NUMBER),))}), tracking=PLAN)
    assert states(definitions, [event("a", T0, {"x": None, "ex": 1})], T0)[ADA].signals == {"it": None}
    assert states(definitions, [event("b", T0, {"ex": 1})], T0)[ADA].signals == {"it": None}


def test_a_track_event_that_is_only_called_page_is_none() -> None:
    page = PlannedEvent("page", ("Page Viewed",), {"url": "path"}, {"path": Property("path", PropertyType.STRING)})
    path = s.Field("any", ("path",))
    counted = defined({"pages": s.Count(s.Select(("page",))), "paths": s.Distinct((path,)), "last": s.Latest((path,))})
    log = [
        event("page", T0, {"url": "/home"}, kind="page"),
        event("Page Viewed", T0 + 1, {"path": 5}),
        event("page", T0 + 2, {"path": 5}),  # the plan promises nothing of it
    ]
    found = states(replace(counted, tracking=TrackingPlan({"page": page})), log, T0 + 2)[ADA].signals
    assert found == {"pages": 2 * MILLION, "paths": 2 * MILLION, "last": 5 * MILLION}


def test_no_message_of_another_kind_is_the_signup_whatever_that_is_called() -> None:
    definitions = replace(defined(), signup="identify")
    log = [identify(T0, {"plan": "free"}), event("identify", T0 + 1)]
    assert states(definitions, log, T0)[ADA].signup is None
    assert states(definitions, log, T0 + 1)[ADA].signup == T0 + 1


SAME: list[tuple[Json, Json]] = [
    (1, 1.0),
    (0, -0.0),
    (10**16, 1e16),
    (1e-7, 1e-7),
    ([1, 2], [1.0, 2.0]),
    ({"k": [0, 1]}, {"k": [-0.0, 1.0]}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ([10**16], [1e16]),
    (["1.0,", 1], ["1.0,", 1.0]),
]
OTHER: list[tuple[Json, Json]] = [
    (2**53, 2**53 + 1),
    ([2**53], [2**53 + 1]),
    (1, True),
    (1, "1"),
    ("1", "1.0"),
    (["1.0"], ["1"]),
    (["-0]"], ["0]"]),
    ([1], [1.5]),
    ([1, 2], [2, 1]),
    ({}, []),
]


def test_a_trait_has_the_same_value_where_json_says_the_same() -> None:
    pairs = [*SAME, *OTHER]
    log = [
        replaced(identify(T0 + lag, {"it": value}, f"{number}-{lag}"), user_id=str(number))
        for number, pair in enumerate(pairs)
        for lag, value in zip((0, HOUR), pair, strict=True)
    ]
    old = c.Compare(c.Op.GE, c.SinceTrait(("it",)), c.Literal(HOUR, Type.INTERVAL))
    definitions = defined(segments={"old": old})
    found = states(definitions, log, T0 + HOUR)
    assert [found[PersonId(f"u:{number}")].segments == {"old"} for number in range(len(pairs))] == [
        *(True for _ in SAME),
        *(False for _ in OTHER),
    ]
    program = compile_program(definitions)
    for person, events in group_by_person(log).items():
        profile = fold(program, person, events, T0 + HOUR)
        assert profile is not None
        assert view(program, profile, T0 + HOUR).segments == found[person].segments


TIMESTAMPS: list[tuple[str, int | None]] = [
    ("2026-01-05T09:00:00Z", T0),
    ("2026-01-05t10:30:00.1234567+01:30", T0 + 123_456),
    ("2026-01-05 08:59:59.5-00:00", T0 - MILLION // 2),
    ("0001-01-01T00:00:00Z", -62_135_596_800 * MILLION),
    ("0000-01-01T00:00:00Z", None),
    ("2026-02-29T00:00:00Z", None),
    ("2026-01-05T24:00:00Z", None),
    ("2026-01-05T09:00:60Z", None),
    ("2026-01-05T09:00:00", None),
    ("2026-01-05", None),
    ("2026-01-05T09:00:00+24:00", None),
    ("2026-01-05T09:00:00Z\n", None),
]


def test_a_declared_timestamp() -> None:
    log = [event("a", T0, {"when": text}, user=str(number)) for number, (text, _) in enumerate(TIMESTAMPS)]
    assert latest(s.Field("a", ("when",), Type.INSTANT), log) == [expected for _, expected in TIMESTAMPS]


def test_a_list_or_an_object_is_there_where_the_plan_promises_one() -> None:
    def is_missing(path: c.Path) -> s.Count:
        return s.Count(s.Select(("a",), c.Missing(c.PropertyOf(path))))

    definitions = replace(defined({"tags": is_missing(("tags",)), "of": is_missing(("of",))}), tracking=PLAN)
    log = [event("a", T0, {"tags": [], "of": []}), event("a", T0 + 1, {"tags": {}, "of": {}}), event("a", T0 + 2)]
    assert states(definitions, log, T0 + 2)[ADA].signals == {"tags": 2 * MILLION, "of": 2 * MILLION}


KEYS: list[c.Path] = [
    ("plain",), ("with space",), ("a.b",), ('quo"te',), ("it's",), ("sl/ash",), ("ti~lde",), ("*",), ("$",), ("",),
    ("é",), ("deep", "er"), ("deep", "0"), ("list", "0"), ("list", "-"), ("back\\slash",), ("{brace}",),
]  # fmt: skip


def test_any_key_leads_to_its_value() -> None:
    properties: dict[str, Json] = {path[0]: f"value of {path[0]}" for path in KEYS if len(path) == 1}
    properties |= {"deep": {"er": "value of er", "0": "value of 0"}, "list": ["no", "key"]}
    kinds: dict[str, s.Kind] = {f"k{i}": s.Latest((s.Field("any", path),)) for i, path in enumerate(KEYS)}
    found = states(defined(kinds), [event("a", T0, properties)], T0)[ADA].signals
    expected = [None if path[0] == "list" else f"value of {path[-1]}" for path in KEYS]
    assert list(found.values()) == expected


NUMBERS: list[tuple[Json, int | None]] = [
    (0.0000005, 1), (-0.0000005, -1), (0.00000049, 0), (1e-07, 0), (0.1234565, 123457), (-0.1234565, -123457),
    (2.5, 2_500_000), (1e12, 10**18), (-1e12, -(10**18)), (1e12 + 1, None), (1e300, None),
    (123456789.1234565, 123456789123457),
    (99999999.9999995, 10**14), (10**30, None), (-0.0, 0), (0.3, 300_000), (999999999999.999999, 10**18),
]  # fmt: skip


def test_numbers_are_read_as_the_engine_reads_them() -> None:
    log = [event("a", T0 + i, {f"n{i}": value}) for i, (value, _) in enumerate(NUMBERS)]
    kinds: dict[str, s.Kind] = {f"n{i}": s.Latest((s.Field("a", (f"n{i}",)),)) for i in range(len(NUMBERS))}
    found = list(states(defined(kinds), log, T0 + DAY)[ADA].signals.values())
    assert found == [millionths(value) for value, _ in NUMBERS]
    assert found == [expected for _, expected in NUMBERS]


def test_it_keeps_within_its_memory(tmp_path: Path) -> None:
    path, spill = tmp_path / "log.parquet", tmp_path / "spill"
    duckdb.sql(f"""COPY (SELECT i AS seq, 'm' || i AS message_id, 'track' AS kind, 'a' AS name,
        (i * 1000)::BIGINT AS "at",
        'user-' || (hash(i) % 20000) AS user_id, NULL::VARCHAR AS anonymous_id, '{{"x":' || i || '}}' AS properties,
        'web' AS source, 0::BIGINT AS received_at, NULL::VARCHAR AS previous_id, NULL::VARCHAR AS group_id,
        FALSE AS imported FROM range(600000) t(i)) TO '{path}' (FORMAT parquet)""")
    warehouse = open_warehouse([path], folder=spill, memory="120MB")
    definitions = defined(
        {"n": s.Count(A), "v": s.Distinct((s.Field("a", ("x",)),)), "l": s.Latest((s.Field("a", ("x",)),))}
    )
    found = warehouse.states_arrow(definitions, 600_000 * 1000)
    assert found.num_rows == 20_000
    assert sum(int(value) for value in found.column("s0_n.n").to_pylist()) == 600_000 * MILLION
    assert sum(int(value) for value in found.column("s1_v.n").to_pylist()) == 600_000 * MILLION
    warehouse.close()


def test_it_works_on_as_many_threads_as_it_is_given() -> None:
    asked = open_warehouse(threads=1).connection.execute("SELECT current_setting('threads')")
    assert asked.fetchall() == [(1,)]
