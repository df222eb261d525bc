"""Sections that are checked and kept: outcomes, purposes, subscriptions, retention, experiments."""

import pytest

from tests.definitions.reading import definitions, issues

BASE = """\
signals: {n: {count: x}}
milestones: {setup: {when: TRUE}}
segments: {stuck: {when: TRUE}}
"""


def test_they_are_kept_as_written() -> None:
    found = definitions("retention: {events: 400 days, decisions: 2 years}\npurposes: {p: {opt_out: true}}\n")
    assert found.sections == {
        "retention": {"events": "400 days", "decisions": "2 years"},
        "purposes": {"p": {"opt_out": True}},
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("retention: {events: forever and a day}", "wrong-value"),
        ("purposes: {p: {opt_in: true}}", "unknown-key"),
        ("subscriptions: {s: {purpose: p}}", "unknown-purpose"),
        ("outcomes: {o: {when: m > 1}}", "unknown-signal"),
        ("outcomes: {o: {sum: x}}", "bad-field"),
        ("outcomes: {o: {sum: x.y, when: TRUE}}", "signal-kind"),
        ("outcomes: {o: {within: 7 days}}", "missing-key"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    assert issues(BASE + text) == [(5, code)]


def test_outcomes_are_predicates_or_signals() -> None:
    assert issues(BASE + "outcomes: {o: {when: n > 1}, p: {sum: payment.amount, within: 90 days}}") == []


EXPERIMENT = "experiments: {{e: {{in: {where}, arms: {arms}, change: {change}, metric: {metric}}}}}"


@pytest.mark.parametrize(
    ("slip", "code"),
    [
        ({}, None),
        ({"where": "trait.plan = 'x'"}, None),
        ({"where": "stcuk"}, "unknown-signal"),
        ({"arms": "{b: 50}"}, "wrong-length"),
        ({"arms": "{a: 50, b: 0}"}, "wrong-value"),
        ({"change": "{c: {steps.s.channel: tour}}"}, "unknown-arm"),
        ({"metric": "{milestone: setpu}"}, "unknown-milestone"),
        ({"metric": "{signal: m}"}, "unknown-signal"),
        ({"metric": "{event: bought, within: 7 days}"}, None),
        ({"metric": "{milestone: setup, margin: 1 percent}"}, "wrong-value"),
    ],
)
def test_an_experiment_is_checked_and_said_not_to_run(slip: dict[str, str], code: str | None) -> None:
    given = {"where": "stuck", "arms": "{a: 50, b: 50}", "change": "{b: {x: 1}}", "metric": "{milestone: setup}"}
    found = [told for _, told in issues(BASE + EXPERIMENT.format(**(given | slip)))]
    assert sorted(found) == sorted(["not-yet", code] if code else ["not-yet"])


CONSENT = """\
purposes: {{marketing: {{needs_consent: {needed}}}}}
subscriptions: {{tips: {{purpose: marketing, copy: {{en: Tips}}}}}}
steps: {{mail: {{channel: email, subscription: tips, copy: {{en: {{subject: s, body: b}}}}}}}}
delivery: {delivery}
testers: TRUE
"""


@pytest.mark.parametrize(
    ("needed", "delivery", "found"),
    [
        ("true", "on", [(7, "not-yet")]),
        ("true", "testers", [(7, "not-yet")]),
        ("true", "off", []),
        ("false", "on", []),
    ],
)
def test_what_would_be_sent_without_consent_is_warned_of(
    needed: str, delivery: str, found: list[tuple[int, str]]
) -> None:
    assert issues(BASE + CONSENT.format(needed=needed, delivery=delivery)) == found
