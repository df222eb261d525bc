"""Decisions: a row for each reason, who wins, and who is on a journey. What is sent: `test_decide_push`."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.engine.clocks import t
from tests.engine.offers import OTHER, TIP, ada, limited, person_reasons, seen, tip
from tests.engine.stands import NOON, SIGNED_UP, WELCOME, Person, define, journey
from waypost.model.decisions import REASONS, Asked
from waypost.model.journeys import Holdout, Limits, Pace
from waypost.model.people import Watch
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, MINUTE


def not_in_it() -> Person:
    person = ada(TIP)
    person.true.clear()
    return person


def gone_for_good() -> Person:
    path = journey("tip", exit=WELCOME)
    return Person(define(TIP, journey=path), ended={"journey.onboarding.exit": Watch(None, NOON - DAY, NOON - HOUR)})


def back_soon() -> Person:
    return Person(
        define(TIP, journey=journey("tip", exit=WELCOME, again=DAY)),
        ended={"journey.onboarding.exit": Watch(None, NOON - DAY, NOON - HOUR)},
    )


def closed() -> Person:
    person = ada(TIP)
    person.does("Step Dismissed", "tip", NOON - DAY)
    return person


def completed() -> Person:
    person = ada(TIP)
    person.does("Step Completed", "tip", NOON - DAY)
    return person


def fixed() -> Person:
    return Person(define(OTHER, TIP, journey=journey("other", "tip", order="fixed")))


def expired() -> Person:
    return seen(ada(tip(expires=HOUR)), "tip")


def held_out() -> Person:
    return ada(TIP).__class__(define(TIP, holdout=Holdout(100)))


ROWS: dict[str, tuple[Callable[[], Person], int | None]] = {
    "journey": (not_in_it, None),
    "exited": (gone_for_good, None),
    "done": (completed, None),
    "dismissed": (closed, None),
    "max_shows": (lambda: seen(ada(tip(max_shows=1)), "tip"), None),
    "order": (fixed, None),
    "after": (lambda: ada(OTHER, tip(after=("other",))), None),
    "show_when": (lambda: ada(tip(show_when=WELCOME)), None),
    "page": (lambda: ada(tip(page="/projects*")), None),
    "expired": (expired, None),
    "holdout": (held_out, None),
    "cooldown": (lambda: seen(ada(tip(cooldown=DAY)), "tip"), NOON + 23 * HOUR),
    "at_once": (lambda: limited(Limits(at_once=1), tip(priority=-1), OTHER), NOON + 10 * MINUTE),
    "per_day": (lambda: seen(limited(Limits(per_day=2), TIP), "x", "y"), t("2026-03-11T00:00:00Z")),
    "per_week": (lambda: seen(limited(Limits(per_week=2), TIP), "x", "y"), NOON - HOUR + 7 * DAY),
    "delivery_off": (lambda: Person(define(TIP, delivery="off")), None),
    "testers": (lambda: Person(define(TIP, delivery="testers", testers=WELCOME)), None),
    "copy_error": (lambda: ada(tip(copy={"en": {"title": "{{ trait.name }}"}})), None),
}


@pytest.mark.parametrize("reason", ROWS)
def test_each_reason_for_which_a_step_is_not_offered(reason: str) -> None:
    make, until = ROWS[reason]
    person = make()
    asked = Asked(page="/reports")
    verdict = person.verdict("tip", asked)
    assert (verdict.reason, verdict.kept, verdict.until) == (reason, False, until)
    assert verdict.because.endswith(".")
    assert "tip" not in [offer.step for offer in person.ask(asked).decision.offers]


def test_every_reason_is_listed_with_its_meaning() -> None:
    assert set(ROWS) <= set(REASONS)


def test_a_pause_of_all_delivery() -> None:
    assert ada(TIP).verdict("tip", paused=True).reason == "paused"


def test_a_rehearsal_is_neither_held_out_nor_off() -> None:
    person = Person(define(TIP, holdout=Holdout(100), delivery="off"))
    assert person.ask(rehearse=True).decision.offers[0].step == "tip"


def test_slots_that_the_page_has() -> None:
    person = ada(tip(priority=1), OTHER)
    assert person.verdict("other", slots=1).reason == "slots"
    assert person.ask(slots=0).decision.offers == ()


def test_with_nothing_against_it_a_step_is_offered_with_its_words() -> None:
    answer = ada(TIP).ask()
    (offer,) = answer.decision.offers
    assert (offer.step, offer.journey, offer.channel, offer.slot_until) == (
        "tip",
        "onboarding",
        "tip",
        NOON + 10 * MINUTE,
    )
    assert answer.contents["tip"].copy == {"title": "A tip"}
    assert person_reasons(ada(TIP)) == {"tip": "chosen"}


class TestChoice:
    def test_priority_goes_first_then_age_then_the_key(self) -> None:
        old = {"step.b.show_when": NOON - 2 * DAY, "step.c.show_when": NOON - DAY, "step.a.show_when": NOON - DAY}
        steps = [Step(name, "custom", show_when=WELCOME) for name in "abc"]
        person = Person(define(*steps, Step("z", "custom", priority=1)), true=old)
        assert [offer.step for offer in person.ask().decision.offers] == ["z", "b", "a", "c"]

    def test_an_offer_holds_its_slot_for_ten_minutes_and_is_repeated_without_counting(self) -> None:
        person = limited(Limits(at_once=1, per_day=2), tip(cooldown=DAY), replace(OTHER, priority=-1))
        assert person.offered() == ["tip"]
        person.at += 10 * MINUTE - 1
        person.definitions = limited(
            Limits(at_once=1, per_day=2), tip(cooldown=DAY), replace(OTHER, priority=9)
        ).definitions
        assert person_reasons(person) == {"tip": "held", "other": "at_once"}
        assert person.offered() == ["tip"]
        assert person.history.steps["tip"].offered == 1
        person.at += 1
        assert person_reasons(person) == {"tip": "cooldown", "other": "chosen"}

    def test_what_is_dismissed_or_done_gives_up_its_slot(self) -> None:
        for ending in ("Step Dismissed", "Step Completed"):
            person = limited(Limits(at_once=1), TIP, replace(OTHER, priority=-1))
            assert person.offered() == ["tip"]
            person.at += MINUTE
            person.does("Step Shown", "tip")
            assert person_reasons(person)["other"] == "at_once"
            person.does(ending, "tip")
            assert person.offered() == ["other"]

    def test_what_is_done_by_its_condition_gives_up_its_slot(self) -> None:
        person = limited(Limits(at_once=1), tip(done_when=WELCOME), replace(OTHER, priority=-1))
        assert person.offered() == ["tip"]
        person.true["step.tip.done_when"] = NOON
        assert person.offered() == ["other"]

    def test_limits_count_within_one_decision_too(self) -> None:
        person = limited(Limits(per_day=1), TIP, replace(OTHER, priority=-1))
        assert person_reasons(person) == {"tip": "chosen", "other": "per_day"}

    def test_words_that_fail_make_way_for_the_next(self) -> None:
        broken = tip(priority=9, copy={"en": {"title": "{{ trait.name }}"}})
        person = limited(Limits(at_once=1), broken, OTHER)
        assert person_reasons(person) == {"tip": "copy_error", "other": "chosen"}
        person.traits = {"name": "Ada"}
        assert person.ask().contents["tip"].copy == {"title": "Ada"}

    def test_while_delivery_is_off_the_winner_still_takes_its_place(self) -> None:
        path = journey("tip", "other", limits=Limits(at_once=1))
        person = Person(define(TIP, replace(OTHER, priority=-1), journey=path, delivery="off"))
        assert person_reasons(person) == {"tip": "delivery_off", "other": "at_once"}

    def test_testers_get_what_others_do_not(self) -> None:
        definitions = define(TIP, delivery="testers", testers=WELCOME)
        assert Person(definitions, tester=True).offered() == ["tip"]


class TestPace:
    def test_fast_people_need_not_wait_and_cautious_ones_see_more_first(self) -> None:
        step = tip(after=("other",), copy={"en": {"title": "A", "more": "B"}})
        path = journey("other", "tip", pace=Pace(fast="quick", cautious="careful"))
        person = Person(define(OTHER, step, journey=path), segments=["quick", "careful"])
        offer = next(offer for offer in person.ask().decision.offers if offer.step == "tip")
        assert offer.more_first
        assert "unlocked early for quick" in offer.because
        person.segments = []
        assert person.verdict("tip").reason == "after"


class TestJourneys:
    def test_a_pause_before_entering_again(self) -> None:
        person = back_soon()
        verdict = person.verdict("tip")
        assert (verdict.reason, verdict.until) == ("exited", NOON - HOUR + DAY)
        person.at = NOON - HOUR + DAY
        assert person.offered() == ["tip"]

    def test_an_exit_that_held_before_they_entered_is_none(self) -> None:
        person = Person(
            define(TIP, journey=journey("tip", exit=WELCOME)),
            ended={"journey.onboarding.exit": Watch(None, SIGNED_UP - DAY, SIGNED_UP)},
        )
        assert person.offered() == ["tip"]

    def test_who_is_out_while_the_exit_holds(self) -> None:
        path = journey("tip", exit=WELCOME, again=DAY)
        person = Person(define(TIP, journey=path), true={"journey.onboarding.exit": NOON - 9 * DAY})
        assert person.verdict("tip").reason == "exited"

    def test_a_fixed_order_passes_what_is_closed_and_waits_for_what_is_not(self) -> None:
        person = fixed()
        assert person.offered() == ["other"]
        person.does("Step Dismissed", "other", NOON + MINUTE)
        person.at = NOON + 2 * MINUTE
        assert person.offered() == ["tip"]

    def test_a_step_of_two_journeys_takes_the_one_that_allows_it(self) -> None:
        definitions = define(TIP)
        closed_one = replace(journey("tip"), name="closed")
        person = Person(replace(definitions, journeys={"closed": closed_one, **definitions.journeys}))
        assert [offer.journey for offer in person.ask().decision.offers] == ["onboarding"]
        person.true.clear()
        assert person.verdict("tip").because.startswith("Not in the journey closed")


def test_held_out_people_keep_the_journey_of_the_holdout() -> None:
    person = Person(define(TIP, holdout=Holdout(100, "onboarding")))
    decision = person.ask().decision
    assert decision.holdout
    assert [offer.step for offer in decision.offers] == ["tip"]


def test_an_unknown_zone_is_reported_where_it_matters() -> None:
    person = seen(limited(Limits(per_day=1), TIP, traits={"timezone": "Mars/Olympus"}), "x")
    assert "time zone 'Mars/Olympus' is not known, so it is UTC that counts" in person.verdict("tip").because


def test_the_same_question_makes_the_same_decision_id_and_another_another() -> None:
    assert ada(TIP).ask().decision == ada(TIP).ask().decision
    assert ada(TIP).ask().decision.decision_id != ada(TIP).ask(page="/x").decision.decision_id
