"""What rolling windows keep, drop and foresee."""

import pytest

from waypost.engine.accumulators import NEVER
from waypost.engine.properties import NUMBER, STRING
from waypost.engine.windows import (
    Rolling,
    RollingDistinct,
    RollingFirst,
    RollingGreatest,
    RollingLast,
    RollingTotal,
    drop_expired,
)

SPAN = 100


def test_reading_later_drops_nothing() -> None:
    window = Rolling()
    for at in (0, 10, 20):
        window.mark(at, SPAN)
    assert [window.measure(at, SPAN) for at in (20, 100, 110, 120)] == [3, 2, 1, 0]
    assert window.instants == [0, 10, 20]
    assert window.measure(20, SPAN) == 3


def test_a_new_event_drops_what_has_left() -> None:
    window = Rolling()
    for at in (0, 10, 20, 115):
        window.mark(at, SPAN)
    assert window.instants == [20, 115]


def test_a_long_list_is_not_moved_for_each_that_leaves_it() -> None:
    instants = list(range(1000))
    assert drop_expired(instants, 200, 100) == 0
    assert drop_expired(instants, 300, 100) == 201
    assert instants[0] == 201


def test_the_instant_at_which_a_count_falls_is_known() -> None:
    window = Rolling()
    for at in (0, 10, 10, 20):
        window.mark(at, SPAN)
    assert [window.below(20, SPAN, low) for low in (4, 3, 2, 1, 0)] == [100, 110, 110, 120, NEVER]
    assert [window.changes(at, SPAN) for at in (20, 99, 100, 110, 120)] == [100, 100, 110, 120, NEVER]


def test_distinct_items_leave_by_their_latest_instant() -> None:
    window = RollingDistinct()
    for at, text in ((0, "p"), (10, "q"), (20, "p")):
        window.take(at, (STRING, text), SPAN)
    assert list(window.latest.values()) == [10, 20]
    assert [window.below(20, SPAN, low) for low in (2, 1, 0)] == [110, 120, NEVER]
    window.take(111, (STRING, "r"), SPAN)
    assert list(window.latest.values()) == [20, 111]
    assert window.changes(111, SPAN) == 120


@pytest.mark.parametrize("kind", [RollingFirst, RollingLast])
def test_empty_windows_have_no_instant(kind: type[RollingFirst | RollingLast]) -> None:
    assert kind().measure(0, SPAN) is None
    assert kind().changes(0, SPAN) == NEVER


def test_a_sum_forgets_exactly_what_has_left() -> None:
    window = RollingTotal()
    for at, number in ((0, 5), (10, -7), (20, 2**70)):
        window.take(at, (NUMBER, number), SPAN)
    assert [window.measure(at, SPAN) for at in (20, 100, 110, 120)] == [2**70 - 2, 2**70 - 7, 2**70, 0]
    window.take(115, (NUMBER, 1), SPAN)
    assert (window.measure(115, SPAN), window.numbers) == (2**70 + 1, [2**70, 1])


def test_the_greatest_keeps_only_what_may_become_it() -> None:
    window = RollingGreatest()
    for at, number in ((0, 3), (10, 9), (20, 4), (30, 4), (40, 5)):
        window.take(at, (NUMBER, number), SPAN)
    assert window.items == [(NUMBER, 9), (NUMBER, 5)]
    assert [window.scalar(at, SPAN) for at in (40, 110, 140)] == [(NUMBER, 9), (NUMBER, 5), None]
