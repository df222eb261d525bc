"""Rates with Wilson's interval, against worked figures."""

import pytest

from waypost.model.time import DAY
from waypost.readout.milestones import Reach, rows, wilson


@pytest.mark.parametrize(
    ("reached", "people", "low", "high"),
    [
        (81, 263, 0.2552765, 0.3662011),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0623823, 0.1605310),
        (0, 20, 0.0, 0.1611253),
        (1, 29, 0.0061127, 0.1717553),
        (20, 20, 0.8388747, 1.0),
    ],
)
def test_wilsons_interval(reached: int, people: int, low: float, high: float) -> None:
    found = wilson(reached, people)
    assert found is not None
    assert found == pytest.approx((low, high), abs=5e-5)


def test_nobody_has_no_rate() -> None:
    (row,) = rows([Reach(None, "aha", people=0, reached=0, immature=3, median=None)], None)
    assert row == {
        "group": {},
        "people": 0,
        "milestone": "aha",
        "activation": False,
        "reached": 0,
        "rate": None,
        "ci": None,
        "median_time_to": None,
        "immature": 3,
    }


def test_a_row_of_a_group() -> None:
    (row,) = rows([Reach("team", "aha", people=4, reached=1, immature=0, median=DAY + 500_000)], "trait.plan")
    assert row["group"] == {"trait.plan": "team"}
    assert row["rate"] == 0.25
    assert row["median_time_to"] == 86_400.5
    low, high = wilson(1, 4) or (0, 0)
    assert row["ci"] == [low, high]


def test_the_project_s_activation_is_marked() -> None:
    reaches = [Reach(None, name, people=1, reached=1, immature=0, median=0.0) for name in ("setup", "aha")]
    assert [row["activation"] for row in rows(reaches, None, "aha")] == [False, True]
