"""Every kind of signal, worked by hand from semantics.md 12–16, to the microsecond."""

from dataclasses import replace

import pytest

from tests.engine.small import ADA, definitions, event, identify, number, one_signal, state, text, values
from waypost.engine import observe
from waypost.engine.program import compile_program
from waypost.model.conditions import And, Compare, Differs, EventName, EventSource, Missing, Op, PropertyOf
from waypost.model.signals import (
    Avg,
    Between,
    Count,
    Days,
    Distinct,
    Field,
    First,
    InFirst,
    Kind,
    Last,
    Latest,
    Max,
    Min,
    Peak,
    Ratio,
    Select,
    Sequence,
    Since,
    Sum,
    TimeTo,
    Within,
)
from waypost.model.time import DAY, HOUR, Offsets
from waypost.model.values import MILLION, Json, Type

ANY, A, B, C = Select(("any",)), Select(("a",)), Select(("b",)), Select(("c",))
X = (Field("a", ("x",)),)
D = 100


@pytest.mark.parametrize(
    ("kind", "type_", "empty"),
    [
        (Count(B), Type.NUMBER, 0),
        (Count(B, Within(D)), Type.NUMBER, 0),
        (Days(B), Type.NUMBER, 0),
        (Days(B, Within(D)), Type.NUMBER, 0),
        (Distinct(X), Type.NUMBER, 0),
        (Distinct(X, None, Within(D)), Type.NUMBER, 0),
        (Sum(X), Type.NUMBER, 0),
        (Sum(X, None, Within(D)), Type.NUMBER, 0),
        (Sequence((B, C)), Type.NUMBER, 0),
        (Sequence((B, C), Within(D)), Type.NUMBER, 0),
        (Peak(Count(B), D), Type.NUMBER, 0),
        (Peak(Days(B), D), Type.NUMBER, 0),
        (Avg(X), Type.NUMBER, None),
        (Min(X), Type.ANY, None),
        (Max(X, None, Within(D)), Type.ANY, None),
        (Latest(X), Type.ANY, None),
        (First(B), Type.INSTANT, None),
        (Last(B, Within(D)), Type.INSTANT, None),
        (Since(B), Type.INTERVAL, None),
        (TimeTo(B), Type.INTERVAL, None),
        (TimeTo(B, A), Type.INTERVAL, None),
        (Ratio(Count(B), Count(C)), Type.NUMBER, None),
    ],
)
def test_with_nothing_to_compute_from(kind: Kind, type_: Type, empty: int | None) -> None:
    assert values(one_signal(kind, type_), [event(0)], 0, 10**9) == [empty, empty]


def test_count_within_is_open_at_its_start_and_closed_at_its_end() -> None:
    program = one_signal(Count(A, Within(D)))
    log = [event(10), event(20), event(20, id="twin"), event(15, "b")]
    assert values(program, log, 10, 19, 20, 109, 110, 119, 120) == [
        n * MILLION for n in (1, 1, 3, 3, 2, 2, 0)
    ]  # An event at 10 is in (t − 100, t] up to 109; at 110 it is not.


def test_in_first_and_between_count_from_signup_and_never_past_now() -> None:
    log = [event(5), event(10, "signup"), event(10, id="twin"), event(19), event(20), event(29), event(30)]
    first, between = (
        one_signal(Count(A, InFirst(10)), signup="signup"),
        one_signal(Count(A, Between(10, 20)), signup="signup"),
    )
    assert values(first, log, 9, 10, 19, 20, 99) == [n * MILLION for n in (0, 1, 2, 2, 2)]
    assert values(between, log, 19, 20, 29, 30, 99) == [n * MILLION for n in (0, 1, 2, 2, 2)]


def test_without_a_signup_windows_from_it_are_empty() -> None:
    log = [event(5), event(6)]
    assert values(one_signal(Count(A, InFirst(10)), signup="signup"), log, 6) == [0]
    assert values(one_signal(TimeTo(A), Type.INTERVAL, signup="signup"), log, 6) == [None]
    assert state(one_signal(Count(A), signup="signup"), log, 6).signup is None


def test_where_no_signup_is_named_the_first_product_event_is_it() -> None:
    log = [identify(1), event(2, "Step Shown"), event(3, "page", kind="page"), event(4)]
    shown = [state(one_signal(Count(A)), log, at).signup for at in (1, 2, 3, 4)]
    assert shown == [None, None, 3, 3]


def test_days_are_calendar_days_and_in_a_window_count_by_their_latest_event() -> None:
    log = [event(0), event(DAY - 1), event(DAY), event(3 * DAY)]
    assert values(one_signal(Days(A)), log, DAY - 1, DAY, 3 * DAY) == [n * MILLION for n in (1, 2, 3)]
    within = one_signal(Days(A, Within(2 * DAY)))
    # The first day's latest event, at DAY − 1, leaves at 3 DAY − 1.
    assert values(within, log, DAY, 3 * DAY - 2, 3 * DAY - 1, 3 * DAY, 5 * DAY) == [
        n * MILLION for n in (2, 2, 1, 1, 0)
    ]


@pytest.mark.parametrize("window", [None, Within(50 * DAY)])
def test_days_are_local_and_a_day_that_comes_again_counts_once(window: Within | None) -> None:
    # At instant 2 HOUR after midnight UTC the clocks go back from 00:30 to 23:30.
    zone = Offsets("back", (-(2**62), 2 * HOUR), (-2 * HOUR + HOUR // 2, -2 * HOUR - HOUR // 2))
    program = compile_program(replace(definitions({"s": (Days(A, window), Type.NUMBER)}), zone=zone))
    log = [event(2 * HOUR - 1), event(2 * HOUR), event(2 * HOUR + HOUR), event(HOUR)]
    counts = values(program, log, HOUR, 2 * HOUR - 1, 2 * HOUR, 3 * HOUR)
    assert counts == [n * MILLION for n in (1, 2, 2, 2)]


def test_distinct_values_of_different_types_differ() -> None:
    odd: list[Json] = [1, 1.0, "1", True, True, "true", None, [1], {"a": 1}, 10**13]
    log = [event(at, "a", {"x": value}) for at, value in enumerate(odd)]
    assert values(one_signal(Distinct(X)), log, 99) == [4 * MILLION]


def test_distinct_in_a_window_counts_a_value_by_its_latest_event() -> None:
    log = [event(0, "a", {"x": "p"}), event(10, "a", {"x": "q"}), event(20, "a", {"x": "p"})]
    within = one_signal(Distinct(X, None, Within(D)))
    assert values(within, log, 0, 10, 109, 110, 119, 120) == [n * MILLION for n in (1, 2, 2, 1, 1, 0)]


def test_sums_are_exact_and_read_numbers_only() -> None:
    given: list[Json] = [0.1, 0.2, "7", True, None, -0.3, 10**12]
    log = [event(at, "a", {"x": value}) for at, value in enumerate(given)]
    assert values(one_signal(Sum(X)), log, 1, 4, 5, 6) == [300_000, 300_000, 0, 10**18]


def test_sums_outgrow_64_bits_and_come_back() -> None:
    program = compile_program(definitions({"s": (Sum(X), Type.NUMBER), "w": (Sum(X, None, Within(30)), Type.NUMBER)}))
    log = [event(at, "a", {"x": 10**12}) for at in range(40)] + [event(50, "a", {"x": -(10**12)})]
    shown = state(program, log, 50).signals
    assert shown == {"s": 39 * 10**18, "w": 18 * 10**18}
    profile = observe.fold(program, ADA, log, 50)
    assert profile is not None
    assert observe.view(program, profile, 70).signals["w"] == -(10**18)


def test_avg_is_one_division_at_the_end() -> None:
    given: list[Json] = [1, 2, 2, "n"]
    log = [event(at, "a", {"x": value}) for at, value in enumerate(given)]
    assert values(one_signal(Avg(X)), log, 0, 1, 3) == [MILLION, 1_500_000, 1_666_667]
    assert values(one_signal(Avg(X, None, Within(D))), log, 99, 100, 101, 102) == [
        1_666_667,
        2 * MILLION,
        2 * MILLION,
        None,
    ]


def test_min_and_max_order_booleans_before_numbers_before_texts() -> None:
    given: list[Json] = ["b", 5, True, False, "a", -1]
    log = [event(at, "a", {"x": value}) for at, value in enumerate(given)]
    assert values(one_signal(Min(X), Type.ANY), log, 0, 1, 2, 3, 5) == ["b", 5 * MILLION, True, False, False]
    assert values(one_signal(Max(X), Type.ANY), log, 0, 5) == ["b", "b"]
    least, greatest = one_signal(Min(X, None, Within(3)), Type.ANY), one_signal(Max(X, None, Within(3)), Type.ANY)
    assert values(least, log, 3, 5, 6, 7, 8) == [False, False, -MILLION, -MILLION, None]
    assert values(greatest, log, 2, 3, 4, 6, 7, 8) == ["b", 5 * MILLION, "a", "a", -MILLION, None]


def test_latest_skips_what_has_no_value_and_breaks_ties_by_message_id() -> None:
    log = [
        event(1, "a", {"x": "old"}),
        event(2, "a", {"x": "later"}, id="m2"),
        event(2, "a", {"x": "first"}, id="m1"),
        event(3, "a", {"x": None}),
        event(4, "a", {"x": ["list"]}),
        event(5, "a"),
    ]
    assert values(one_signal(Latest(X), Type.ANY), log, 1, 2, 9) == ["old", "later", "later"]
    assert values(one_signal(Latest(X, None, Within(D)), Type.ANY), log, 101, 102) == ["later", None]


def test_first_and_last_are_instants() -> None:
    log = [event(10), event(30), event(20)]
    assert values(one_signal(First(A), Type.INSTANT), log, 10, 99) == [10, 10]
    assert values(one_signal(Last(A), Type.INSTANT), log, 10, 29, 99) == [10, 20, 30]
    assert values(one_signal(First(A, Within(D)), Type.INSTANT), log, 109, 110, 120, 130) == [10, 20, 30, None]
    assert values(one_signal(Last(A, Within(D)), Type.INSTANT), log, 129, 130) == [30, None]


def test_since_grows_and_in_a_window_ends_with_it() -> None:
    log = [event(10), event(30)]
    assert values(one_signal(Since(A), Type.INTERVAL), log, 10, 29, 30, 1000) == [0, 19, 0, 970]
    assert values(one_signal(Since(A, Within(D)), Type.INTERVAL), log, 29, 129, 130) == [19, 99, None]


def test_time_to_counts_from_signup_or_from_another_start() -> None:
    log = [event(5, "b"), event(10), event(10, "b", id="0"), event(30, "b"), event(40, "c"), event(45, "b")]
    assert values(one_signal(TimeTo(B), Type.INTERVAL, signup="a"), log, 9, 10, 99) == [None, 0, 0]
    assert values(one_signal(TimeTo(C), Type.INTERVAL, signup="a"), log, 39, 40) == [None, 30]
    # b before the first a is ignored; b at the same instant counts, though its message id comes first.
    assert values(one_signal(TimeTo(B, A), Type.INTERVAL), log, 9, 10, 99) == [None, 0, 0]
    assert values(one_signal(TimeTo(B, C), Type.INTERVAL), log, 40, 44, 45) == [None, None, 5]


def test_the_window_of_time_to_restricts_the_aim_and_never_the_start() -> None:
    log = [event(0), event(50, "b"), event(120, "b")]
    assert values(one_signal(TimeTo(B, A, Within(D)), Type.INTERVAL), log, 149, 150, 219, 220) == [50, 120, 120, None]
    assert values(one_signal(TimeTo(B, None, Within(D)), Type.INTERVAL, signup="a"), log, 149, 150) == [50, 120]
    assert values(one_signal(TimeTo(B, A, Between(60, 200)), Type.INTERVAL, signup="a"), log, 119, 120) == [None, 120]


def test_a_peak_is_the_most_at_any_event_so_far() -> None:
    log = [event(0), event(10), event(20), event(110), event(500)]
    assert values(one_signal(Peak(Count(A), D)), log, 0, 20, 110, 900) == [n * MILLION for n in (1, 3, 3, 3)]
    # An event at 100 after the first has left exactly then: two, not three.
    assert values(one_signal(Peak(Count(A), D)), [event(0), event(50), event(100)], 100) == [2 * MILLION]
    days = [event(0), event(DAY), event(6 * DAY), event(7 * DAY)]
    assert values(one_signal(Peak(Days(A), 7 * DAY)), days, 6 * DAY, 7 * DAY) == [3 * MILLION, 3 * MILLION]
    # One microsecond later on the first day, and that day is still in the window.
    assert values(one_signal(Peak(Days(A), 7 * DAY)), [*days, event(1)], 6 * DAY, 7 * DAY) == [3 * MILLION, 4 * MILLION]


def test_a_ratio_is_null_over_nothing_and_exact_otherwise() -> None:
    thirds = one_signal(Ratio(Count(B), Count(A)))
    log = [event(1, "b"), event(2), event(3), event(4)]
    assert values(thirds, log, 1, 2, 3, 4) == [None, MILLION, 500_000, 333_333]
    within = one_signal(Ratio(Count(B, Within(D)), Count(A, Within(D))))
    assert values(within, log, 100, 101, 103, 104) == [333_333, 0, 0, None]


def test_any_takes_product_events_only() -> None:
    log = [
        event(1),
        event(2, "page", kind="page"),
        event(3, "screen", kind="screen"),
        identify(4),
        event(5, "Step Shown"),
        event(6, "Experiment Viewed"),
        event(7, "Steps"),
    ]
    assert values(one_signal(Count(ANY)), log, 1, 2, 3, 4, 5, 6, 7) == [n * MILLION for n in (1, 2, 3, 3, 3, 3, 4)]
    assert values(one_signal(Count(Select(("Step Shown",)))), log, 7) == [MILLION]


def test_page_and_screen_select_by_kind() -> None:
    log = [event(1, "page", kind="page"), event(2, "page"), event(3, "screen", kind="screen")]
    assert values(one_signal(Count(Select(("page",)))), log, 3) == [MILLION]
    assert values(one_signal(Count(Select(("page", "screen")))), log, 3) == [2 * MILLION]
    assert values(one_signal(Count(ANY)), log, 3) == [3 * MILLION]


def test_where_looks_at_one_event() -> None:
    where = And((Compare(Op.EQ, PropertyOf(("x", "y")), number(1)), Compare(Op.EQ, EventSource(), text("ios"))))
    nested = one_signal(Count(Select(("any",), where)))
    log = [
        event(1, "a", {"x": {"y": 1}}, source="ios"),
        event(2, "a", {"x": {"y": 1}}, source="web"),
        event(3, "a", {"x": {"y": "1"}}, source="ios"),
        event(4, "b", {"x": 1, "x.y": 1}, source="ios"),
    ]
    assert values(nested, log, 9) == [MILLION]
    named = one_signal(Count(Select(("any",), Differs(EventName(), text("a")))))
    assert values(named, log, 9) == [MILLION]
    missing = one_signal(Ratio(Count(Select(("any",), Missing(PropertyOf(("z",))))), Count(ANY)))
    assert values(missing, log, 9) == [MILLION]


def test_user_id_is_the_resolved_person() -> None:
    people = one_signal(Distinct((Field("any", ("user_id",)),)))
    assert values(people, [event(1, "a", {"user_id": "x"}), event(2, "b")], 2) == [MILLION]
    assert values(one_signal(Latest((Field("a", ("user_id",)),)), Type.ANY), [event(1)], 2) == [ADA]
