"""Journeys, and the holdout."""

import pytest

from tests.definitions.reading import definitions, issues
from waypost.model.conditions import Always
from waypost.model.journeys import Holdout, Journey, Limits, Pace, QuietHours
from waypost.model.time import DAY

BASE = """\
milestones: {aha: {when: TRUE}}
segments: {fast: {when: TRUE}, slow: {when: TRUE}}
steps: {a: {channel: custom}, b: {channel: custom}}
"""


def test_a_journey_is_read_whole() -> None:
    found = definitions(
        BASE
        + """\
journeys:
  j:
    for: TRUE
    goal: aha
    exit: FALSE
    again: 30 days
    steps: [b, a]
    order: fixed
    pace: {fast: fast, cautious: slow}
    limits: {at_once: 1, per_day: 3, per_week: 9, email_per_week: 2, quiet_hours: "21:00-08:00"}
holdout: {share: 5, journey: j}
"""
    )
    assert found.journeys["j"] == Journey(
        "j", ("b", "a"), Always(True), "aha", Always(False), 30 * DAY, "fixed", Pace("fast", "slow"),
        Limits(1, 3, 9, 2, QuietHours(21 * 60, 8 * 60)),
    )  # fmt: skip
    assert found.holdout == Holdout(5, "j")


def test_what_is_left_out() -> None:
    found = definitions(f"{BASE}journeys: {{j: {{for: TRUE, steps: [a], again: never}}}}\nholdout: {{share: 5}}")
    assert found.journeys["j"] == Journey("j", ("a",), Always(True))
    assert found.holdout == Holdout(5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{steps: [a]}", "missing-key"),
        ("{for: TRUE}", "missing-key"),
        ("{for: TRUE, steps: []}", "wrong-length"),
        ("{for: TRUE, steps: [c]}", "unknown-step"),
        ("{for: TRUE, steps: [a, a]}", "duplicate-name"),
        ("{for: TRUE, steps: [a], goal: ahaa}", "unknown-milestone"),
        ("{for: TRUE, steps: [a], pace: {fast: fats}}", "unknown-segment"),
        ("{for: TRUE, steps: [a], pace: {quick: fast}}", "unknown-key"),
        ("{for: TRUE, steps: [a], again: always}", "wrong-value"),
        ("{for: TRUE, steps: [a], order: random}", "wrong-value"),
        ("{for: TRUE, steps: [a], limits: {per_day: 0}}", "wrong-value"),
        ("{for: TRUE, steps: [a], limits: {quiet_hours: '25:00-08:00'}}", "wrong-value"),
        ("{for: TRUE, steps: [a], limits: {quiet_hours: '08:00-8:00'}}", "wrong-value"),
        ("{for: fast, steps: [a]}", "unknown-signal"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    assert issues(f"{BASE}journeys: {{j: {text}}}") == [(5, code)]


@pytest.mark.parametrize("text", ["{share: 101}", "{share: 2.5}", "{journey: j}", "{share: 5, journey: k}"])
def test_a_holdout_is_a_whole_per_cent_and_a_journey_that_exists(text: str) -> None:
    ((line, _),) = issues(f"{BASE}journeys: {{j: {{for: TRUE, steps: [a]}}}}\nholdout: {text}")
    assert line == 6
