"""Milestones at their first instant: events, ends of windows, crossings, and limits."""

import pytest

from tests.batch.logs import ADA, at_least, defined, event, identify, number, states
from waypost.batch.firsts import first_instants
from waypost.batch.tables import tables
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.events import Event
from waypost.model.signals import Select
from waypost.model.time import DAY, HOUR, Duration, Instant, parse_instant
from waypost.model.values import MILLION, Type

T0 = parse_instant("2026-01-05T09:00:00Z") or 0
A, B = Select(("a",)), Select(("b",))
END = T0 + 60 * DAY
Limited = dict[str, c.Condition | tuple[c.Condition, Duration]]
LOG = [event("signed_up", T0), *(event("a", T0 + hours * HOUR, {"x": hours}) for hours in (1, 2, 30, 31, 32))]


def interval(value: int) -> c.Literal:
    """An INTERVAL literal."""
    return c.Literal(value, Type.INTERVAL)


def fewer(signal: str, value: int) -> c.Compare:
    """`signal < value`."""
    return c.Compare(c.Op.LT, c.SignalOf(signal), number(value))


def reached(definitions: Definitions, events: list[Event] = LOG, at: Instant = END) -> dict[str, int | None]:
    """How long after T0 each milestone was reached."""
    found = states(definitions, events, at)[ADA].milestones
    return {name: None if instant is None else instant - T0 for name, instant in found.items()}


SIGNALS: dict[str, s.Kind] = {
    "count": s.Count(A),
    "recent": s.Count(A, s.Within(3 * HOUR)),
    "days": s.Days(A),
    "peak": s.Peak(s.Count(A), 3 * HOUR),
    "idle": s.Since(A),
    "total": s.Sum((s.Field("a", ("x",)),)),
    "steps": s.Sequence((A, A)),
    "recent_steps": s.Sequence((A, A), s.Within(90 * 60 * MILLION)),
    "values": s.Distinct((s.Field("a", ("x",)),)),
    "rate": s.Ratio(s.Count(A, s.Within(DAY)), s.Count(Select(("any",)), s.Within(DAY))),
}


EXAMPLES: list[tuple[c.Condition, int | None]] = [
    (at_least("count", 3), 30 * HOUR),
    (at_least("count", 6), None),
    (at_least("days", 2), 30 * HOUR),
    (at_least("values", 4), 31 * HOUR),
    (at_least("peak", 3), 32 * HOUR),
    (at_least("steps", 2), 2 * HOUR),
    (at_least("recent_steps", 2), 2 * HOUR),
    (at_least("recent", 2), 2 * HOUR),
    (c.And((at_least("count", 2), fewer("recent", 2))), 4 * HOUR),  # the first a leaves its window
    (c.And((at_least("count", 2), fewer("recent", 1))), 5 * HOUR),
    (c.Compare(c.Op.GT, c.SignalOf("idle"), interval(DAY)), 26 * HOUR + 1),
    (c.Compare(c.Op.GE, c.SignalOf("idle"), interval(DAY)), 26 * HOUR),
    (c.Compare(c.Op.GT, interval(DAY), c.SignalOf("idle")), 1 * HOUR),
    (c.Compare(c.Op.GE, c.Age(), interval(2 * DAY)), 2 * DAY),
    (c.Compare(c.Op.GT, c.Age(), interval(2 * DAY)), 2 * DAY + 1),
    (c.Compare(c.Op.GT, c.SignalOf("total"), number(60)), 31 * HOUR),
    (c.Compare(c.Op.GT, c.SignalOf("rate"), c.Literal(600_000, Type.NUMBER)), 2 * HOUR),
    (c.Compare(c.Op.EQ, c.SignalOf("rate"), number(1)), DAY),  # the signup leaves the last day
    (c.Not(c.Compare(c.Op.LT, c.SignalOf("idle"), interval(HOUR))), 3 * HOUR),
    (c.Always(True), 0),
    (c.Always(False), None),
]


def test_a_milestone_is_reached_at_the_first_instant() -> None:
    expected = {f"m{number}": instant for number, (_, instant) in enumerate(EXAMPLES)}
    milestones: Limited = {}
    milestones |= {f"m{number}": when for number, (when, _) in enumerate(EXAMPLES)}
    definitions = defined(SIGNALS, milestones)
    assert reached(definitions) == expected


GROWING: list[c.Condition] = [
    at_least("count", 2),
    at_least("days", 2),
    at_least("values", 3),
    at_least("peak", 2),
    at_least("steps", 2),
    at_least("count", 0),
    c.And((at_least("count", 2), at_least("days", 2))),
    c.Or((at_least("count", 4), at_least("peak", 2))),
    c.Compare(c.Op.LT, number(2), c.SignalOf("count")),
]


@pytest.mark.parametrize("within", [None, 2 * HOUR, 2 * HOUR + 1, 3 * DAY])
def test_what_grows_needs_no_panel_and_gives_the_same(within: int | None) -> None:
    early = [event("a", T0 - HOUR, {"x": 7})]
    quick = {f"m{number}": when for number, when in enumerate(GROWING)}
    slow: dict[str, c.Condition] = {name: c.And((when, c.Not(c.Always(False)))) for name, when in quick.items()}
    found = []
    for conditions, is_direct in ((quick, True), (slow, False)):
        milestones: Limited = {}
        for name, when in conditions.items():
            milestones[name] = when if within is None else (when, within)
        definitions = defined(SIGNALS, milestones)
        for when in conditions.values():
            assert (first_instants(definitions, tables(definitions), when) is not None) is is_direct
        found.append(reached(definitions, LOG + early))
    assert found[0] == found[1]


def test_a_limit_counts_from_signup_and_is_open_at_its_end() -> None:
    when = at_least("count", 1)
    milestones = {"in": (when, HOUR + 1), "out": (when, HOUR)}
    assert reached(defined(SIGNALS, milestones)) == {"in": HOUR, "out": None}


def test_what_held_before_signup_is_reached_at_signup_if_there_is_a_limit() -> None:
    early = [event("a", T0 - DAY), event("signed_up", T0)]
    milestones: Limited = {"limited": (at_least("count", 1), DAY), "free": at_least("count", 1)}
    assert reached(defined(SIGNALS, milestones), early) == {"limited": 0, "free": -DAY}


def test_without_a_signup_a_limit_cannot_be_met() -> None:
    milestones: Limited = {"limited": (at_least("count", 1), DAY), "free": at_least("count", 1)}
    assert reached(defined(SIGNALS, milestones), [event("a", T0)]) == {"limited": None, "free": 0}


def test_what_is_reached_later_is_not_reached_yet() -> None:
    definitions = defined(SIGNALS, {"it": at_least("count", 3)})
    assert reached(definitions, at=T0 + 30 * HOUR - 1) == {"it": None}
    assert reached(definitions, at=T0 + 30 * HOUR) == {"it": 30 * HOUR}


def test_milestones_segments_and_stages_build_on_one_another() -> None:
    took = c.Compare(c.Op.LT, c.TookOf("one"), interval(2 * HOUR))
    definitions = defined(
        SIGNALS,
        {
            "one": at_least("count", 1),
            "two": c.And((c.Truth(c.ReachedOf("one")), took, at_least("days", 2))),
            "three": c.InSegment("quiet"),
            "four": c.Compare(c.Op.EQ, c.StageOf(), c.Literal("late", Type.STRING)),
        },
        {"late": at_least("count", 4), "early": c.Always(True)},
        {"quiet": c.Compare(c.Op.GT, c.SignalOf("idle"), interval(20 * HOUR))},
    )
    assert reached(definitions) == {"one": HOUR, "two": 30 * HOUR, "three": 22 * HOUR + 1, "four": 31 * HOUR}


def test_a_rolling_sequence_needs_its_first_step_however_many_people_there_are() -> None:
    kinds: dict[str, s.Kind] = {"steps": s.Sequence((A, B), s.Within(DAY))}
    definitions = defined(kinds, {"any": at_least("steps", 1), "both": at_least("steps", 2)})
    log = [event("b", T0 + HOUR, user=f"user-{number}") for number in range(100)]
    log += [event("a", T0, user="ada"), event("b", T0 + HOUR, user="ada")]
    found = {str(state.person): dict(state.milestones) for state in states(definitions, log, END).values()}
    assert found.pop("u:ada") == {"any": T0, "both": T0 + HOUR}
    assert all(milestones == {"any": None, "both": None} for milestones in found.values())


def test_a_trait_may_decide() -> None:
    plan = c.TraitOf(("plan",))
    definitions = defined(
        {},
        {
            "paid": c.Compare(c.Op.EQ, plan, c.Literal("team", Type.STRING)),
            "settled": c.Compare(c.Op.GE, c.SinceTrait(("plan",)), interval(DAY)),
            "lost": c.And((c.Missing(plan), c.Compare(c.Op.GT, c.Age(), interval(0)))),
        },
    )
    log = [
        event("signed_up", T0),
        identify(T0 + HOUR, {"plan": "free"}),
        identify(T0 + 20 * HOUR, {"plan": "free"}),
        identify(T0 + 30 * HOUR, {"plan": "team"}),
        identify(T0 + 40 * HOUR, {"plan": None}),
    ]
    assert reached(definitions, log) == {"paid": 30 * HOUR, "settled": 25 * HOUR, "lost": 1}
