"""Cases: people's events, and what is expected of them."""

import pytest

from tests.definitions.folders import folder
from tests.definitions.reading import ZONES, definitions
from waypost.definitions.cases import read_cases
from waypost.definitions.load import load
from waypost.model.cases import Ask, Case, Expectation
from waypost.model.events import Event
from waypost.model.people import anonymous, user
from waypost.model.time import DAY, HOUR, MINUTE, parse_instant

SPECIFIED = """\
case: someone who stalls at setup is nudged after two days
people:
  ada:
    - {at: "2026-01-05T09:00:00Z", event: signed_up}
    - {at: +10 minutes, event: workspace_created, properties: {template: blank}}    # after the one before
    - {at: +1 minute, identify: {plan: trial}, with: phone-1}           # carries both ids: phone-1 is ada's
    - {at: +1 day, event: page, as: phone-1, received: +3 days}         # under that anonymous id alone, three days late
expect:
  - {at: "2026-01-06T09:00:00Z", person: ada, stage: trial_tinkerer, segments: {stalled_at_setup: false}}
  - {at: "2026-01-08T09:11:01Z", person: ada, segments: {stalled_at_setup: true}, signals: {setup_progress: 1},
     milestones: {setup: null}, next: connect_source, not_now: {share_report: after}}
"""
NAME = "someone who stalls at setup is nudged after two days"


def instant(text: str) -> int:
    at = parse_instant(text)
    assert at is not None
    return at


START = instant("2026-01-05T09:00:00Z")


def event(number: int, at: int, **fields: object) -> Event:
    given: dict[str, object] = {"user_id": "ada", "anonymous_id": None, "properties": {}, "received_at": at} | fields
    return Event(message_id=f"{NAME}/ada/{number:04}", at=at, source="case", **given)  # type: ignore[arg-type]


def test_the_example_of_the_specification_is_read() -> None:
    example = load(folder("example"), ZONES).definitions
    cases, issues = read_cases("cases/setup.yaml", SPECIFIED, example)
    assert issues == ()
    third = START + 11 * MINUTE
    assert cases == (
        Case(
            NAME,
            "cases/setup.yaml",
            1,
            (
                event(1, START, kind="track", name="signed_up"),
                event(2, START + 10 * MINUTE, kind="track", name="workspace_created", properties={"template": "blank"}),
                event(3, third, kind="identify", name="", properties={"plan": "trial"}, anonymous_id="phone-1"),
                event(
                    4,
                    third + DAY,
                    kind="page",
                    name="page",
                    user_id=None,
                    anonymous_id="phone-1",
                    received_at=third + 4 * DAY,
                ),
            ),
            {"phone-1": anonymous("phone-1"), "ada": user("ada")},
            (
                Expectation(
                    START + DAY,
                    "ada",
                    9,
                    frozenset({"stage", "segments"}),
                    stage="trial_tinkerer",
                    segments={"stalled_at_setup": False},
                ),
                Expectation(
                    instant("2026-01-08T09:11:01Z"),
                    "ada",
                    10,
                    frozenset({"segments", "signals", "milestones", "next", "not_now"}),
                    segments={"stalled_at_setup": True},
                    signals={"setup_progress": 1},
                    milestones={"setup": None},
                    next=("connect_source",),
                    not_now={"share_report": "after"},
                ),
            ),
        ),
    )


def one(items: str, expect: str = "{at: +0 days, person: ada}") -> Case:
    (case,), issues = read_cases("c.yaml", f"case: c\npeople:\n  ada:\n{items}\nexpect:\n  - {expect}\n", SIGNALS)
    assert issues == ()
    return case


SIGNALS = definitions(
    "signals: {n: {count: x}, idle: {since: any}, at: {first: x}, v: {latest: x.y}}\nmilestones: {m: {when: TRUE}}\n"
    "steps: {s: {channel: custom}, t: {channel: custom}}\nstages: {z: {when: TRUE}}"
)
AT = '"2026-01-05T09:00:00Z"'


def test_aliases_groups_and_ids() -> None:
    case = one(
        f"    - {{at: {AT}, alias: old, id: m1, source: server}}\n"
        f"    - {{at: {AT}, group: acme, traits: {{seats: 3}}}}\n"
        f"    - {{at: {AT}, event: screen, properties: {{name: Home}}, received: {AT}}}\n",
        f"{{at: {AT}}}",
    )
    alias, group, screen = case.events
    assert (alias.message_id, alias.kind, alias.previous_id, alias.source) == ("m1", "alias", "old", "server")
    assert (group.kind, group.group_id, group.properties) == ("group", "acme", {"seats": 3})
    assert (screen.kind, screen.name, screen.properties) == ("screen", "screen", {"name": "Home"})
    assert case.expectations[0].person == "ada", "the only person need not be named"


def test_expected_signals_are_as_they_are_shown() -> None:
    values = "{n: 3, idle: 2 days, at: 2026-01-05 10:00+01:00, v: x}"
    expectation = one(f"    - {{at: {AT}, event: x}}", f"{{at: {AT}, signals: {values}}}").expectations[0]
    assert expectation.signals == {"n": 3, "idle": 172_800, "at": "2026-01-05T09:00:00Z", "v": "x"}
    again = one(f"    - {{at: {AT}, event: x}}", f"{{at: {AT}, signals: {{idle: 90.5, n: null}}}}").expectations[0]
    assert again.signals == {"idle": 90.5, "n": None}


def test_expected_milestones_and_steps() -> None:
    facts = "{milestones: {m: 2026-01-05T10:00:00Z}, next: [s, t], stage: null}"
    expectation = one(f"    - {{at: {AT}, event: x}}", f"{{at: {AT}, {facts[1:]}").expectations[0]
    assert expectation.milestones == {"m": START + HOUR}
    assert (expectation.next, expectation.stage) == (("s", "t"), None)
    nothing = one(f"    - {{at: {AT}, event: x}}", f"{{at: {AT}, next: null}}").expectations[0]
    assert (nothing.next, nothing.given) == ((), frozenset({"next"}))


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (f"{{at: {AT}}}", "item-kind"),
        (f"{{at: {AT}, event: x, identify: {{}}}}", "item-kind"),
        ("{event: x}", "missing-key"),
        ("{at: +1 day, event: x}", "bad-instant"),
        ("{at: soon, event: x}", "bad-instant"),
        ("{at: +soon, event: x}", "bad-instant"),
        (f"{{at: {AT}, event: x, traits: {{}}}}", "misplaced-key"),
        (f"{{at: {AT}, identify: {{}}, properties: {{}}}}", "misplaced-key"),
        (f"{{at: {AT}, event: x, with: a, as: b}}", "misplaced-key"),
        (f"{{at: {AT}, alias: a, as: b}}", "misplaced-key"),
        (f"{{at: {AT}, event: x, as: 'null'}}", "refused-id"),
        (f"{{at: {AT}, evnt: x}}", "unknown-key"),
    ],
)
def test_what_is_refused_of_an_item(item: str, code: str) -> None:
    text = f"case: c\npeople:\n  ada:\n    - {item}\nexpect:\n  - {{at: {AT}}}\n"
    cases, issues = read_cases("c.yaml", text, SIGNALS)
    assert cases == ()
    assert (4, code) in [(issue.line, issue.code) for issue in issues]


@pytest.mark.parametrize(
    ("expectation", "code"),
    [
        ("person: ada", "missing-key"),
        (f"at: {AT}, person: bob", "unknown-person"),
        (f"at: {AT}, stage: y", "unknown-stage"),
        (f"at: {AT}, segments: {{y: true}}", "unknown-segment"),
        (f"at: {AT}, segments: [y]", "wrong-value"),
        (f"at: {AT}, signals: {{m: 3}}", "unknown-signal"),
        (f"at: {AT}, signals: {{n: three}}", "wrong-value"),
        (f"at: {AT}, signals: {{idle: long}}", "wrong-value"),
        (f"at: {AT}, milestones: {{n: null}}", "unknown-milestone"),
        (f"at: {AT}, milestones: {{m: yesterday}}", "wrong-value"),
        (f"at: {AT}, next: [u]", "unknown-step"),
        (f"at: {AT}, not_now: {{u: after}}", "unknown-step"),
        (f"at: {AT}, stages: z", "unknown-key"),
    ],
)
def test_what_is_refused_of_an_expectation(expectation: str, code: str) -> None:
    text = f"case: c\npeople:\n  ada:\n    - {{at: {AT}, event: x}}\nexpect:\n  - {{{expectation}}}\n"
    cases, issues = read_cases("c.yaml", text, SIGNALS)
    assert cases == ()
    assert [(issue.line, issue.code) for issue in issues] == [(6, code)]


def test_one_broken_case_leaves_the_others() -> None:
    good = f"case: CASE\npeople: {{ada: [{{at: {AT}, event: x}}]}}\nexpect: [{{at: {AT}}}]\n"
    text = "---\n".join(
        [good.replace("CASE", "a"), "case: b\n", good.replace("CASE", "c"), good.replace("CASE", "a"), "3\n"]
    )
    cases, issues = read_cases("c.yaml", text, None)
    assert [case.name for case in cases] == ["a", "c"]
    assert [(issue.line, issue.code) for issue in issues] == [
        (5, "missing-key"),
        (5, "missing-key"),
        (11, "duplicate-name"),
        (15, "wrong-value"),
    ]


def test_a_page_that_asks_is_no_event_and_an_anonymous_id_is_a_person() -> None:
    text = """
case: somebody looks around
people:
  ada:
    - {at: "2026-01-05T09:00:00Z", event: page, as: tablet}
    - {at: +1 hour, asks: /home}
    - {at: +1 hour, asks: true}
    - {at: +1 hour, sends: true}
expect:
  - {at: "2026-01-05T12:00:00Z", person: tablet, stage: null}
"""
    cases, issues = read_cases("cases/asks.yaml", text, None)
    assert issues == ()
    (case,) = cases
    assert [found.name for found in case.events] == ["page"]
    assert case.asks == (
        Ask(START + HOUR, "ada", "/home"),
        Ask(START + 2 * HOUR, "ada"),
        Ask(START + 3 * HOUR, "ada", push=True),
    )
    assert case.people["tablet"] == anonymous("tablet")


@pytest.mark.parametrize(("written", "read"), [("20000000000000", 20000000000000), ("0.5", 0.5), (".inf", None)])
def test_an_expected_number_may_be_larger_than_events_carry(written: str, read: float | None) -> None:
    definitions = load(
        {"waypost.yaml": "project: p\nsignals: {total: {sum: paid.amount}}\nstages: {all: {when: true}}"}, ZONES
    )
    text = (
        "case: a sum\npeople: {ada: [{at: '2026-01-05T09:00:00Z', event: paid}]}\n"
        f"expect: [{{at: '2026-01-05T09:00:00Z', person: ada, signals: {{total: {written}}}}}]\n"
    )
    cases, issues = read_cases("cases/sum.yaml", text, definitions.definitions)
    assert bool(issues) is (read is None)
    assert [each.signals["total"] for case in cases for each in case.expectations] == ([] if read is None else [read])
