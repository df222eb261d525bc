"""Sequences, worked by hand from semantics.md 14."""

import pytest

from tests.engine.small import event, one_signal, values
from waypost.model.signals import (
    Select,
    Sequence,
    Within,
)
from waypost.model.values import MILLION

ANY, A, B, C = Select(("any",)), Select(("a",)), Select(("b",)), Select(("c",))
D = 100


def test_a_sequence_goes_step_by_step() -> None:
    log = [event(1, "b"), event(2), event(3, "c"), event(4, "b"), event(5, "c")]
    assert values(one_signal(Sequence((A, B, C))), log, 1, 2, 3, 4, 5) == [n * MILLION for n in (0, 1, 1, 2, 3)]


def test_steps_of_one_instant_are_done_in_any_order_of_their_events() -> None:
    log = [event(1, "c", id="1"), event(1, "b", id="2"), event(1, "a", id="3")]
    assert values(one_signal(Sequence((A, B, C))), log, 1) == [3 * MILLION]
    assert values(one_signal(Sequence((A, B, C), Within(D))), log, 1) == [3 * MILLION]


@pytest.mark.parametrize("window", [None, Within(D)])
def test_steps_that_share_a_name_need_a_later_instant(window: Within | None) -> None:
    twice = one_signal(Sequence((A, A), window))
    assert values(twice, [event(1), event(1, id="twin")], 1) == [MILLION]
    assert values(twice, [event(1), event(2)], 2) == [2 * MILLION]
    # a, b, a: the third shares with the first, not with the second.
    shared = one_signal(Sequence((A, B, Select(("a", "c"))), window))
    assert values(shared, [event(1), event(1, "b"), event(1, "c")], 1) == [2 * MILLION]
    assert values(shared, [event(1), event(2, "b"), event(2, "c")], 2) == [3 * MILLION]
    # `any` shares with every event from the product.
    assert values(one_signal(Sequence((A, ANY), window)), [event(1), event(1, "b")], 1) == [MILLION]


def test_a_sequence_in_a_window_forgets_what_has_left() -> None:
    log = [event(0), event(10, "b"), event(20), event(60, "c")]
    within = one_signal(Sequence((A, B, C), Within(D)))
    # At 100 the first a has left: from the a at 20 there is no b.
    assert values(within, log, 60, 99, 100, 119, 120) == [n * MILLION for n in (3, 3, 1, 1, 0)]
