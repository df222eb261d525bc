"""Many steps on a journey: what is looked up for eight at once says what is said of each by itself."""

from dataclasses import replace
from random import Random

import msgspec

from tests.engine.stands import NOON, PROGRESS, SIGNED_UP, Person, define, journey
from waypost.engine.entries import identify
from waypost.model.decisions import Asked, Decision
from waypost.model.journeys import Journey
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR

NAMES = tuple(f"tip_{number:02}" for number in range(20))
TIPS = tuple(Step(name, "tip", show_when=PROGRESS, copy={"en": {"title": name}}) for name in NAMES)


def shown(*names: str, person: Person | None = None) -> Person:
    """Ada, for whom the conditions of these steps hold."""
    ada = person or Person(define(*TIPS))
    ada.true.update({f"step.{name}.show_when": NOON - HOUR for name in names})
    return ada


def dropped(decision: Decision) -> list[tuple[str, str]]:
    """Who was left out, and why, in the order in which it is said."""
    return [(one.step, one.reason) for one in decision.verdicts if not one.kept]


def test_a_look_at_some_leaves_the_others_in_their_order() -> None:
    chance = Random(1)
    for _ in range(200):
        true = [name for name in NAMES if chance.random() < 0.4]
        decision = shown(*true).ask().decision
        assert [offer.step for offer in decision.offers] == true
        assert dropped(decision) == [(name, "show_when") for name in NAMES if name not in true]


def test_a_step_with_a_past_keeps_its_place_among_the_others() -> None:
    ada = shown("tip_03", "tip_09", "tip_10")
    ada.does("Step Completed", "tip_09", NOON - DAY)
    ada.does("Step Dismissed", "tip_17", NOON - DAY)
    reasons = dict.fromkeys(NAMES, "show_when") | {"tip_09": "done", "tip_17": "dismissed"}
    decision = ada.ask().decision
    assert [offer.step for offer in decision.offers] == ["tip_03", "tip_10"]
    assert dropped(decision) == [(name, reasons[name]) for name in NAMES if name not in ("tip_03", "tip_10")]


def test_steps_that_more_is_to_be_said_of_come_last() -> None:
    late = replace(TIPS[0], name="late", after=("tip_01",))
    decision = shown("tip_01", person=Person(define(late, *TIPS))).ask().decision
    assert dropped(decision) == [*((name, "show_when") for name in NAMES if name != "tip_01"), ("late", "after")]


def test_the_first_journey_that_allows_a_step_has_it() -> None:
    first, second = journey(*NAMES[:12]), Journey("second", NAMES[4:], PROGRESS)
    both = replace(define(*TIPS), journeys={"onboarding": first, "second": second})
    ada = shown("tip_05", "tip_15", person=Person(both, true={"journey.second.for": SIGNED_UP}))
    decision = ada.ask().decision
    assert [(offer.step, offer.journey) for offer in decision.offers] == [
        ("tip_05", "onboarding"),
        ("tip_15", "second"),
    ]
    assert sorted(dropped(decision)) == [(name, "show_when") for name in NAMES if name not in ("tip_05", "tip_15")]
    del ada.true["journey.second.for"]
    assert [offer.step for offer in ada.ask().decision.offers] == ["tip_05"]
    assert {name for name, reason in dropped(ada.ask().decision) if reason == "journey"} == set(NAMES[12:])


def test_a_step_that_is_listed_twice_is_one() -> None:
    twice = replace(define(*TIPS[:3]), journeys={"onboarding": journey("tip_00", "tip_01", "tip_00")})
    decision = shown("tip_00", person=Person(twice)).ask().decision
    assert [verdict.step for verdict in decision.verdicts] == ["tip_00", "tip_01"]


def test_a_decision_has_the_id_that_its_content_gives() -> None:
    chance = Random(2)
    late = replace(TIPS[0], name="late", after=("tip_01",), cooldown=DAY)
    for asked in (Asked(), Asked(slots=2), Asked(paused=True), Asked(page="/home")):
        for _ in range(20):
            ada = shown(*[name for name in NAMES if chance.random() < 0.4], person=Person(define(late, *TIPS)))
            ada.does("Step Completed", chance.choice(NAMES), NOON - DAY)
            ada.offered(asked)
            ada.at += HOUR
            decision = ada.ask(asked).decision
            bare = msgspec.structs.replace(decision, decision_id="", digest="")
            assert identify(bare) == decision
