"""Every kind of signal, its type and window, and what is refused."""

import pytest

from tests.definitions.reading import definitions, issues, only
from waypost.model.conditions import And, Compare, EventName, Literal, Op, PropertyOf
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
from waypost.model.time import DAY
from waypost.model.values import MILLION, Type

PLAN = """\
events:
  shared:
    also: [Shared It]
    properties: {seats: {type: integer}, audience: {type: string}, at: {type: timestamp}, tags: {type: list},
      extra: {type: object}}
  opened: {properties: {audience: {type: string}, seats: {type: string}}}
"""
ANY, SHARED, OPENED = Select(("any",)), Select(("shared",)), Select(("opened",))
SEATS = (Field("shared", ("seats",), Type.NUMBER),)
BIG = Compare(Op.GT, PropertyOf(("seats",), Type.NUMBER), Literal(3 * MILLION, Type.NUMBER))


@pytest.mark.parametrize(
    ("text", "kind", "type_"),
    [
        ("{count: shared}", Count(SHARED), Type.NUMBER),
        ("{count: [shared, opened]}", Count(Select(("shared", "opened"))), Type.NUMBER),
        ("{count: any, within: 3 days}", Count(ANY, Within(3 * DAY)), Type.NUMBER),
        ("{count: any, in_first: 3 days}", Count(ANY, InFirst(3 * DAY)), Type.NUMBER),
        ("{count: any, between: [0 days, 3 days]}", Count(ANY, Between(0, 3 * DAY)), Type.NUMBER),
        ("{days: any}", Days(ANY), Type.NUMBER),
        ("{distinct: shared.audience}", Distinct((Field("shared", ("audience",), Type.STRING),)), Type.NUMBER),
        ("{distinct: other.thing}", Distinct((Field("other", ("thing",)),)), Type.NUMBER),
        ('{distinct: \'"Feature Used"."the name"\'}', Distinct((Field("Feature Used", ("the name",)),)), Type.NUMBER),
        ("{distinct: shared.extra.deep}", Distinct((Field("shared", ("extra", "deep")),)), Type.NUMBER),
        ("{distinct: shared.user_id}", Distinct((Field("shared", ("user_id",), Type.STRING),)), Type.NUMBER),
        ("{sum: shared.seats}", Sum(SEATS), Type.NUMBER),
        ("{avg: shared.seats}", Avg(SEATS), Type.NUMBER),
        ("{min: shared.at}", Min((Field("shared", ("at",), Type.INSTANT),)), Type.INSTANT),
        ("{max: shared.seats}", Max(SEATS), Type.NUMBER),
        ("{latest: shared.audience}", Latest((Field("shared", ("audience",), Type.STRING),)), Type.STRING),
        (
            "{latest: [shared.seats, opened.seats]}",
            Latest((*SEATS, Field("opened", ("seats",), Type.STRING))),
            Type.ANY,
        ),
        ("{latest: any.plan}", Latest((Field("any", ("plan",)),)), Type.ANY),
        ("{first: shared}", First(SHARED), Type.INSTANT),
        ("{last: shared}", Last(SHARED), Type.INSTANT),
        ("{since: any}", Since(ANY), Type.INTERVAL),
        ("{time_to: shared}", TimeTo(SHARED), Type.INTERVAL),
        ("{time_to: shared, from: opened}", TimeTo(SHARED, OPENED), Type.INTERVAL),
        ("{sequence: [shared, [opened, shared]]}", Sequence((SHARED, Select(("opened", "shared")))), Type.NUMBER),
        ("{peak: {days: shared}, over: 7 days}", Peak(Days(SHARED), 7 * DAY), Type.NUMBER),
        ("{peak: {count: any}, over: 7 days}", Peak(Count(ANY), 7 * DAY), Type.NUMBER),
        ("{ratio: [{count: shared}, {days: any}]}", Ratio(Count(SHARED), Days(ANY)), Type.NUMBER),
        (
            "{ratio: [{sum: shared.seats}, {peak: {days: any}, over: 7 days}]}",
            Ratio(Sum(SEATS), Peak(Days(ANY), 7 * DAY)),
            Type.NUMBER,
        ),
        ("{count: shared, where: seats > 3}", Count(Select(("shared",), BIG)), Type.NUMBER),
        ("{sum: shared.seats, where: seats > 3}", Sum(SEATS, BIG), Type.NUMBER),
        (
            "{peak: {days: shared, where: seats > 3}, over: 7 days}",
            Peak(Days(Select(("shared",), BIG)), 7 * DAY),
            Type.NUMBER,
        ),
    ],
)
def test_every_kind_is_read_and_typed(text: str, kind: Kind, type_: Type) -> None:
    signal = definitions(f"{PLAN}signals: {{s: {text}}}").signals["s"]
    assert (signal.kind, signal.type) == (kind, type_)


def test_a_ratio_puts_its_window_and_where_into_both_parts() -> None:
    text = (
        "signals: {s: {ratio: [{count: shared, where: seats > 3}, {count: shared}], where: event = 'x', "
        "within: 7 days}}"
    )
    named = Compare(Op.EQ, EventName(), Literal("x", Type.STRING))
    assert definitions(PLAN + text).signals["s"].kind == Ratio(
        Count(Select(("shared",), And((BIG, named))), Within(7 * DAY)),
        Count(Select(("shared",), named), Within(7 * DAY)),
    )


def test_another_name_of_an_event_is_read_as_the_event() -> None:
    loaded = definitions(f"{PLAN}signals: {{s: {{count: Shared It}}}}")
    assert loaded.signals["s"].kind == Count(SHARED)
    assert only(f"{PLAN}signals: {{s: {{count: Shared It}}}}").code == "other-name"


def test_properties_declared_alike_by_all_events_are_typed() -> None:
    where = definitions(f"{PLAN}signals: {{s: {{count: [shared, opened], where: audience = 'x' AND seats = 'y'}}}}")
    kind = where.signals["s"].kind
    assert isinstance(kind, Count)
    assert isinstance(kind.select.where, And)
    assert [item.left for item in kind.select.where.items if isinstance(item, Compare)] == [
        PropertyOf(("audience",), Type.STRING),
        PropertyOf(("seats",)),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}", "signal-kind"),
        ("{within: 7 days}", "signal-kind"),
        ("{count: a, days: b}", "signal-kind"),
        ("{count: shared, over: 7 days}", "misplaced-key"),
        ("{count: shared, from: opened}", "misplaced-key"),
        ("{count: shared, within: 7 days, in_first: 7 days}", "two-windows"),
        ("{count: shared, within: 0 days}", "wrong-value"),
        ("{count: shared, within: 7}", "wrong-value"),
        ("{count: shared, between: [7 days]}", "wrong-length"),
        ("{count: shared, between: [7 days, 7 days]}", "wrong-value"),
        ("{count: [any, shared]}", "bad-event"),
        ("{count: shared.seats}", "bad-event"),
        ("{sum: shared}", "bad-field"),
        ("{sum: shared.audience}", "type"),
        ("{avg: shared.user_id}", "type"),
        ("{latest: shared.tags}", "type"),
        ("{sequence: []}", "wrong-length"),
        ("{peak: {days: any}}", "missing-key"),
        ("{peak: {}, over: 7 days}", "signal-kind"),
        ("{peak: {days: any}, over: 7 days, in_first: 7 days}", "misplaced-key"),
        ("{ratio: [{count: any}]}", "wrong-length"),
        ("{ratio: [{count: any, within: 7 days}, {count: any}]}", "misplaced-key"),
        ("{ratio: [{count: any}, {latest: shared.seats}]}", "unknown-key"),
        ("{count: shared, of: group}", "not-yet"),
        ("{count: shared, where: seats = 'x'}", "type"),
        ("{count: shared, where: tags = 'x'}", "type"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    assert code in [found for _, found in issues(f"{PLAN}signals: {{s: {text}}}")]


def test_since_beside_another_kind_is_the_version_it_came_with() -> None:
    assert definitions("signals: {s: {count: a, since: 2026-01}}").signals["s"].kind == Count(Select(("a",)))
    assert issues("signals: {s: {count: a, since: login}}") == [(2, "signal-kind")]


def test_an_event_that_never_arrives_is_a_mistake() -> None:
    text = f"unplanned_events: quarantine\n{PLAN}signals: {{s: {{count: shred}}}}"
    issue = only(text)
    assert (issue.level, issue.code) == ("error", "unknown-event")
    for own in ("page", "screen", "any", "Step Shown", "Survey Answered"):
        assert issues(text.replace("shred", own)) == []


def test_an_event_that_looks_like_a_planned_one_is_doubted() -> None:
    issue = only(f"{PLAN}signals: {{s: {{count: shard}}}}")
    assert (issue.level, issue.code, issue.hint) == ("warning", "unplanned-event", "did you mean `shared`?")
    assert issues(f"{PLAN}signals: {{s: {{count: logged_in}}}}") == []


def test_a_property_that_looks_like_a_declared_one_is_doubted() -> None:
    assert issues(f"{PLAN}signals: {{s: {{distinct: shared.audiense}}}}") == [(8, "undeclared-property")]
