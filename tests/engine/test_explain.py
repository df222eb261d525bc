"""Explanations: the phases that were passed, the reason, and what would change it, of people folded from their logs."""

from dataclasses import replace

import pytest

from tests.engine.acme import ADA, JOURNEY, LOG, NOON, PROGRESS, SHARES, compare, defined, event, number, text
from waypost.engine.decide import decide
from waypost.engine.entries import decision_event
from waypost.engine.explain import explain, shape
from waypost.engine.observe import fold
from waypost.engine.profiles import Profile
from waypost.engine.program import Program, compile_program
from waypost.model.changes import Definitions
from waypost.model.conditions import Always, Condition, Op, TraitOf, Truth
from waypost.model.decisions import Asked, Change, Explanation
from waypost.model.events import Event
from waypost.model.journeys import Holdout, Limits
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, MINUTE

FIRST = Step("first", "checklist", done_when=compare(PROGRESS, Op.GE, number(2)))
SECOND = Step("second", "tip", after=("first",))


def stood(definitions: Definitions, *more: Event) -> tuple[Program, Profile]:
    program = compile_program(definitions)
    profile = fold(program, ADA, (*LOG, *more), NOON)
    assert profile is not None
    return program, profile


def why(definitions: Definitions, step: str, *more: Event, asked: Asked | None = None) -> Explanation:
    return explain(*stood(definitions, *more), step, NOON, asked)


def offers(definitions: Definitions, at: int, *more: Event) -> Event:
    """The entry of what Ada is offered at an instant."""
    program = compile_program(definitions)
    profile = fold(program, ADA, (*LOG, *more), at)
    assert profile is not None
    return decision_event(decide(program, profile, Asked(), at))


def test_an_offered_step() -> None:
    told = why(defined(FIRST, SECOND), "first")
    assert told.offered
    assert [(one.phase, one.kept, one.reason) for one in told.reasons] == [
        ("gather", True, "eligible"),
        ("hold_back", True, "in_programme"),
        ("restrain", True, "allowed"),
        ("choose", True, "chosen"),
    ]
    assert told.would_change == ()


def test_the_shape_that_the_command_prints() -> None:
    assert shape(why(defined(FIRST, SECOND), "second")) == {
        "person": "ada",
        "step": "second",
        "at": "2026-03-10T12:00:00Z",
        "offered": False,
        "because": "It comes after first, which is not done.",
        "reasons": [
            {
                "at_stage": "gather",
                "kept": False,
                "reason": "after",
                "because": "It comes after first, which is not done.",
                "until": None,
            }
        ],
        "would_change": [{"fact": "progress", "now": 1, "needed": ">= 2"}],
    }


def tip(condition: Condition | None = None, **more: object) -> Step:
    return replace(Step("tip", "tip", show_when=condition), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("definitions", "reason", "changes"),
    [
        (defined(tip(compare(SHARES, Op.GE, number(1)))), "show_when", [Change("shares", 0, ">= 1")]),
        (
            defined(replace(tip(), name="mail"), Step("tip", "email", send_when=compare(SHARES, Op.GE, number(1)))),
            "send_when",
            [Change("shares", 0, ">= 1")],
        ),
        (
            defined(tip(), journey=replace(JOURNEY, entry=compare(SHARES, Op.GE, number(1)))),
            "journey",
            [Change("shares", 0, ">= 1")],
        ),
        (
            defined(tip(), journey=replace(JOURNEY, exit=compare(PROGRESS, Op.EQ, number(1)), again=DAY)),
            "exited",
            [Change("progress", 1, "<> 1")],
        ),
        (defined(tip(), journey=replace(JOURNEY, exit=compare(PROGRESS, Op.EQ, number(1)))), "exited", []),
        (defined(tip(done_when=compare(PROGRESS, Op.EQ, number(1)))), "done", [Change("progress", 1, "<> 1")]),
        (defined(Step("open", "tip"), tip(after=("open",))), "after", [Change("step.open", "not done", "done")]),
        (
            defined(FIRST, tip(), journey=replace(JOURNEY, order="fixed")),
            "order",
            [Change("progress", 1, ">= 2")],
        ),
        (defined(tip(), delivery="off"), "delivery_off", [Change("delivery", "off", "on")]),
        (
            defined(tip(), delivery="testers", testers=compare(TraitOf(("plan",)), Op.EQ, text("staff"))),
            "testers",
            [Change("trait.plan", "free", "= 'staff'")],
        ),
        (defined(tip(), delivery="testers"), "testers", []),
        (defined(tip(), holdout=Holdout(100)), "holdout", []),
        (defined(tip(copy={"en": {"title": "{{ trait.x }}"}})), "copy_error", []),
        (defined(tip(), journey=replace(JOURNEY, entry=Always(False))), "journey", []),
    ],
)
def test_what_would_change_it(definitions: Definitions, reason: str, changes: list[Change]) -> None:
    told = why(definitions, "tip")
    assert (told.reasons[-1].reason, list(told.would_change)) == (reason, changes)
    assert not told.offered


def test_what_the_question_itself_would_change() -> None:
    definitions = defined(replace(tip(), name="big", priority=1), tip(page="/a"))
    assert why(definitions, "tip", asked=Asked(page="/b")).would_change == (Change("page", "/b", "/a"),)
    assert why(definitions, "tip", asked=Asked(slots=1)).would_change == (Change("slots", 1, "one more"),)
    assert why(definitions, "tip", asked=Asked(paused=True)).would_change == (Change("delivery", "paused", "resumed"),)


def test_what_time_alone_changes() -> None:
    definitions = defined(tip(cooldown=DAY))
    told = why(definitions, "tip", offers(definitions, NOON - HOUR))
    assert told.would_change == (Change("cooldown", "2026-03-10T12:00:00Z", "wait until 2026-03-11T11:00:00Z"),)
    assert [one.kept for one in told.reasons] == [True, True, False]


def test_how_much_of_a_limit_is_used() -> None:
    definitions = defined(tip(), journey=replace(JOURNEY, limits=Limits(per_day=1)))
    told = why(definitions, "tip", offers(definitions, NOON - HOUR))
    assert told.would_change == (Change("per_day", 1, "fewer than 1: wait until 2026-03-11T00:00:00Z"),)
    both = defined(tip(), replace(tip(), name="a", priority=1), journey=replace(JOURNEY, limits=Limits(at_once=1)))
    told = why(both, "tip", offers(both, NOON - MINUTE))
    assert told.would_change == (Change("at_once", 1, "fewer than 1: wait until 2026-03-10T12:09:00Z"),)
    told = why(both, "tip")
    assert told.would_change == (Change("at_once", 1, "fewer than 1: a first"),), "the place is taken in this decision"


def test_a_journey_that_may_be_entered_again() -> None:
    left = compare(PROGRESS, Op.EQ, number(1))
    definitions = defined(tip(), journey=replace(JOURNEY, exit=left, again=DAY))
    told = why(definitions, "tip", event("track", "connected", NOON - HOUR))
    assert told.would_change == (Change("again", "2026-03-10T12:00:00Z", "wait until 2026-03-11T11:00:00Z"),)


def test_a_step_of_no_journey_and_one_that_does_not_exist() -> None:
    definitions = defined(FIRST)
    alone = replace(definitions, steps={**definitions.steps, "alone": Step("alone", "tip")})
    assert why(alone, "alone").reasons[0].reason == "no_journey"
    with pytest.raises(KeyError):
        why(definitions, "nothing")


def test_the_truth_of_testers_is_the_person_s() -> None:
    definitions = defined(tip(), delivery="testers", testers=Truth(TraitOf(("staff",))))
    assert why(definitions, "tip", event("identify", "", NOON - HOUR, staff=True)).offered
