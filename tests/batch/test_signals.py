"""Every kind of signal, worked out by hand from semantics.md (the numbers are its clauses)."""

from dataclasses import replace

import pytest

from tests.batch.logs import ADA, at_least, defined, event, identify, states, table, values
from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.signals import Field, Select
from waypost.model.time import DAY, HOUR, Duration, Instant, Offsets, parse_instant
from waypost.model.values import MILLION, Type, Value
from waypost.runtime.warehouse import open_warehouse

T0 = parse_instant("2026-01-05T09:00:00Z") or 0
A, B, ANY = Select(("a",)), Select(("b",)), Select(("any",))
X = Field("a", ("x",))
LOG = [
    event("signed_up", T0),
    event("a", T0, {"x": 2, "y": "p"}, message_id="1"),
    event("b", T0 + HOUR, {"x": "2"}),
    event("a", T0 + 2 * HOUR, {"x": 1.5}, message_id="2"),
    event("a", T0 + 2 * HOUR, {"x": 2, "y": "q"}, message_id="3"),
    event("page", T0 + DAY, kind="page"),
    event("a", T0 + DAY, {"x": None}),
    event("Step Shown", T0 + 2 * DAY),
    identify(T0 + 3 * DAY, {"plan": "free"}),
]


EXAMPLES: list[tuple[s.Kind, Duration, Value | None]] = [
    (s.Count(A), 0, 1 * MILLION),
    (s.Count(A), 2 * HOUR, 3 * MILLION),
    (s.Count(A, s.Within(2 * HOUR)), 2 * HOUR, 2 * MILLION),  # 3: (t - D, t], so the one at T0 is out
    (s.Count(A, s.Within(2 * HOUR)), 4 * HOUR - 1, 2 * MILLION),
    (s.Count(A, s.Within(2 * HOUR)), 4 * HOUR, 0),
    (s.Count(A, s.InFirst(2 * HOUR)), 5 * DAY, 1 * MILLION),  # 3: [signup, signup + D)
    (s.Count(A, s.Between(2 * HOUR, DAY)), 5 * DAY, 2 * MILLION),
    (s.Count(Select(("a", "b"))), 5 * DAY, 5 * MILLION),
    (s.Count(ANY), 5 * DAY, 8 * MILLION),  # 10: not the step, not the identify
    (s.Count(Select(("page",))), 5 * DAY, 1 * MILLION),
    (s.Count(Select(("Step Shown",))), 5 * DAY, 1 * MILLION),
    (s.Days(ANY), 5 * DAY, 2 * MILLION),
    (s.Days(ANY, s.Within(DAY)), DAY + HOUR, 2 * MILLION),
    (s.Distinct((X,)), 5 * DAY, 2 * MILLION),  # 13: null is no value
    (s.Distinct((X, Field("b", ("x",)))), 5 * DAY, 3 * MILLION),  # the text "2" is another
    (s.Sum((X,)), 5 * DAY, 5_500_000),
    (s.Sum((Field("b", ("x",)),)), 5 * DAY, 0),
    (s.Avg((X,)), 5 * DAY, 1_833_333),
    (s.Avg((X,)), -HOUR, None),
    (s.Min((X,)), 5 * DAY, 1_500_000),
    (s.Max((X, Field("b", ("x",)))), 5 * DAY, "2"),  # texts come after numbers
    (s.Latest((X,)), 5 * DAY, 2 * MILLION),  # 16: skips the null; of two at one instant the greater message id
    (s.Latest((Field("a", ("y",)),)), HOUR, "p"),
    (s.Latest((Field("a", ("user_id",)),)), HOUR, "u:ada"),
    (s.First(A), 5 * DAY, T0),
    (s.First(A, s.Within(2 * HOUR)), 3 * HOUR, T0 + 2 * HOUR),
    (s.Last(A), HOUR, T0),
    (s.Since(A), 3 * HOUR, HOUR),
    (s.Since(A, s.Within(HOUR)), 4 * HOUR, None),
    (s.TimeTo(B), 5 * DAY, HOUR),
    (s.TimeTo(A, B), 5 * DAY, HOUR),  # from the first b: the a before it does not count
    (s.TimeTo(B, Select(("c",))), 5 * DAY, None),
    (s.Sequence((A, B, A)), 5 * DAY, 3 * MILLION),
    (s.Sequence((A, A, A, A)), 5 * DAY, 3 * MILLION),  # 14: later than the step that shares its event
    (s.Sequence((B, B)), 5 * DAY, 1 * MILLION),
    (s.Sequence((B, A)), HOUR, 1 * MILLION),
    (s.Sequence((A, B), s.Within(HOUR)), 2 * HOUR, 1 * MILLION),  # a again, no b since
    (s.Peak(s.Count(A), 2 * HOUR), 5 * DAY, 2 * MILLION),
    (s.Peak(s.Days(ANY), DAY + HOUR), 5 * DAY, 2 * MILLION),
    (s.Ratio(s.Count(A), s.Count(ANY)), 5 * DAY, 500_000),
    (s.Ratio(s.Count(A), s.Count(Select(("c",)))), 5 * DAY, None),
    (s.Ratio(s.Sum((X,)), s.Count(B)), 5 * DAY, 5_500_000),
]


@pytest.fixture(scope="module")
def found() -> dict[Duration, dict[str, Value | None]]:
    """All the examples' signals as of every instant of theirs: one query for all."""
    definitions = defined({f"g{number}": kind for number, (kind, _, _) in enumerate(EXAMPLES)})
    warehouse = open_warehouse(tail=table([*LOG, event("login", T0 - 2 * HOUR)]))
    instants = {after for _, after, _ in EXAMPLES}
    return {after: dict(warehouse.states(definitions, T0 + after)[ADA].signals) for after in instants}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_signal_as_of_an_instant(number: int, found: dict[Duration, dict[str, Value | None]]) -> None:
    kind, after, expected = EXAMPLES[number]
    assert found[after][f"g{number}"] == expected, kind


def test_with_nothing_to_compute_from() -> None:
    nothing: dict[str, s.Kind] = {
        "count": s.Count(A),
        "days": s.Days(A),
        "distinct": s.Distinct((X,)),
        "sum": s.Sum((X,)),
        "sequence": s.Sequence((A,)),
        "peak": s.Peak(s.Count(A), DAY),
        "avg": s.Avg((X,)),
        "min": s.Min((X,)),
        "latest": s.Latest((X,)),
        "first": s.First(A),
        "since": s.Since(A),
        "time_to": s.TimeTo(A),
        "ratio": s.Ratio(s.Count(A), s.Count(A)),
        "in_first": s.Count(ANY, s.InFirst(DAY)),
    }
    zero = dict.fromkeys(("count", "days", "distinct", "sum", "sequence", "peak", "in_first"), 0)
    got = values(nothing, [event("other", T0)], T0)
    assert got == {name: zero.get(name) for name in nothing}


def test_where_looks_at_one_event() -> None:
    where = c.And((
        c.Compare(c.Op.GE, c.PropertyOf(("x",)), c.Literal(2 * MILLION, Type.NUMBER)),
        c.Missing(c.PropertyOf(("z",))),
        c.Compare(c.Op.EQ, c.EventSource(), c.Literal("web", Type.STRING)),
        c.Compare(c.Op.EQ, c.EventName(), c.Literal("a", Type.STRING)),
    ))  # fmt: skip
    assert values({"it": s.Count(Select(("a", "b"), where))}, LOG, T0 + 5 * DAY) == {"it": 2 * MILLION}


def test_two_fields_of_one_event_count_both_values() -> None:
    fields = (Field("a", ("x",)), Field("a", ("y",)))
    log = [event("a", T0, {"x": 1, "y": 2}), event("a", T0 + 1, {"x": 2, "y": "2"})]
    kinds: dict[str, s.Kind] = {
        "distinct": s.Distinct(fields),
        "sum": s.Sum(fields),
        "avg": s.Avg(fields),
        "max": s.Max(fields),
        "latest": s.Latest(fields),
    }
    definitions = defined(kinds, {"two": at_least("distinct", 2), "three": c.Not(c.Not(at_least("distinct", 3)))})
    state = states(definitions, log, T0 + DAY)[ADA]
    assert state.milestones == {"two": T0, "three": T0 + 1}
    got = state.signals
    assert got == {"distinct": 3 * MILLION, "sum": 5 * MILLION, "avg": 1_666_667, "max": "2", "latest": "2"}


def test_windows_may_be_longer_than_all_time() -> None:
    kinds: dict[str, s.Kind] = {
        "within": s.Count(A, s.Within(10**21)),
        "in_first": s.Count(A, s.InFirst(10**21)),
        "peak": s.Peak(s.Count(A), 10**21),
    }
    log = [event("signed_up", T0), event("a", T0), event("a", T0 + DAY)]
    assert set(values(kinds, log, T0 + DAY).values()) == {2 * MILLION}


@pytest.mark.parametrize("days", [1, 14, 119, 120, 121, 400])
@pytest.mark.parametrize("shift", [-12 * HOUR, 0, 14 * HOUR])
@pytest.mark.parametrize("now", [T0 + 500 * DAY, T0 + 500 * DAY + 23 * HOUR, 3 * DAY, -500 * DAY])
def test_days_of_windows_long_and_short(days: int, shift: Duration, now: Instant) -> None:
    log = [event("a", now - number * 6 * HOUR, user=str(number % 2)) for number in range(0, 420 * 4, 3)]
    zone = Offsets("somewhere", (-(2**62),), (shift,))
    definitions = replace(defined({"it": s.Days(A, s.Within(days * DAY))}), zone=zone)
    for person, state in states(definitions, log, now).items():
        mine = [one.at for one in log if f"u:{one.user_id}" == person and now - days * DAY < one.at <= now]
        assert state.signals["it"] == len({zone.day(at) for at in mine}) * MILLION


def test_sums_are_exact_however_large() -> None:
    log = [event("a", T0 + i, {"x": 999_999_999_999.5}) for i in range(30)]
    assert values({"it": s.Sum((X,))}, log, T0 + DAY) == {"it": 30 * 999_999_999_999_500_000}


def test_nobody_exists_before_their_first_event() -> None:
    assert states(defined({"it": s.Count(A)}), [event("a", T0)], T0 - 1) == {}
