"""Decisions about what is sent: pushes that begin, wait and leave."""

from dataclasses import replace

import pytest

from tests.engine.clocks import t
from tests.engine.offers import MAIL, SENT, TIP, ada, limited, mail, person_reasons, tip
from tests.engine.stands import NOON, Person, define
from waypost.engine.entries import decision_event, delivery_event
from waypost.model.decisions import Asked
from waypost.model.journeys import Limits, QuietHours
from waypost.model.time import DAY, HOUR, MINUTE


class TestPush:
    def test_a_push_goes_when_its_condition_begins_and_once_for_each_spell(self) -> None:
        person = ada(MAIL, true={SENT: NOON})
        asked = Asked(push=True)
        assert person.offered(asked) == ["mail"]
        person.at += HOUR
        assert person.verdict("mail", asked).reason == "sent"
        person.at += DAY
        person.true[SENT] = person.at
        assert person.offered(asked) == ["mail"]

    def test_asking_shows_no_push_and_pushing_shows_no_tip(self) -> None:
        person = ada(MAIL, TIP, true={SENT: NOON})
        assert person_reasons(person) == {"tip": "chosen"}
        assert person_reasons(person, Asked(push=True)) == {"mail": "chosen"}

    @pytest.mark.parametrize("cause", ["late", "imported", "definitions"])
    def test_late_imported_and_redefined_beginnings_start_nothing(self, cause: str) -> None:
        person = ada(MAIL, true={SENT: NOON})
        asked = replace_cause(cause)
        assert person.verdict("mail", asked).reason == "not_begun"
        person.at += 2 * HOUR
        assert person.verdict("mail", Asked(push=True)).reason == "not_begun"
        assert person.offered(Asked(push=True, cause="existing")) == ["mail"]

    def test_what_began_before_the_history_that_was_imported_starts_nothing(self) -> None:
        person = ada(MAIL, true={SENT: NOON - MINUTE})
        person.history.imported = NOON - MINUTE
        assert person.verdict("mail", push=True).reason == "not_begun"

    def test_a_wake_up_that_is_handled_late_still_starts_it(self) -> None:
        person = ada(MAIL, true={SENT: NOON - 5 * HOUR})
        assert person.verdict("mail", push=True, cause="time").reason == "not_begun"
        assert person.offered(Asked(push=True, cause="time", live_from=NOON - 6 * HOUR)) == ["mail"]

    def test_still_true_after_waits_and_looks_again(self) -> None:
        person = ada(mail(still_true_after=HOUR), true={SENT: NOON})
        asked = Asked(push=True)
        decision = person.ask(asked).decision
        assert (decision.opened, decision.offers) == (("mail",), ())
        assert person.verdict("mail", asked).until == NOON + HOUR
        person.history.remember(decision_event(decision))
        person.at = NOON + 5 * HOUR
        assert person.offered(asked) == ["mail"]

    def test_one_that_was_never_seen_to_begin_does_not_go_later(self) -> None:
        person = ada(mail(still_true_after=HOUR), true={SENT: NOON})
        person.at = NOON + 5 * HOUR
        assert person.verdict("mail", push=True).reason == "not_begun"

    def test_quiet_hours_hold_it_back_until_they_end(self) -> None:
        limits = Limits(quiet_hours=QuietHours(21 * 60, 8 * 60))
        night = t("2026-03-10T23:00:00Z")
        person = limited(limits, MAIL, TIP, at=night, true={SENT: night})
        asked = Asked(push=True)
        decision = person.ask(asked).decision
        assert (decision.verdicts[0].reason, decision.verdicts[0].until) == ("quiet_hours", t("2026-03-11T08:00:00Z"))
        assert person.offered() == ["tip"], "quiet hours are for what is pushed"
        person.history.remember(decision_event(decision))
        person.at = t("2026-03-11T08:00:00Z")
        assert person.offered(asked) == ["mail"]

    def test_e_mails_of_a_week(self) -> None:
        limits = Limits(email_per_week=1)
        second = replace(MAIL, name="second")
        person = limited(limits, MAIL, second, true={SENT: NOON, "step.second.send_when": NOON})
        asked = Asked(push=True)
        assert person_reasons(person, asked) == {"mail": "chosen", "second": "email_per_week"}
        person.offered(asked)
        verdict = person.verdict("second", asked)
        assert (verdict.phase, verdict.reason, verdict.until) == ("restrain", "email_per_week", NOON + 7 * DAY)

    def test_what_was_dropped_before_it_left_does_not_count_and_what_was_sent_counts_from_then(self) -> None:
        person = limited(Limits(per_week=1), MAIL, TIP, true={SENT: NOON})
        decision = person.ask(push=True).decision
        person.history.remember(decision_event(decision))
        assert person.verdict("tip").reason == "per_week"

        def ends(outcome: str, at: int) -> None:
            entry = delivery_event(
                decision.person,
                decision.decision_id,
                "mail",
                channel="email",
                outcome="sent" if outcome == "sent" else "dropped",
                at=at,
            )
            person.history.remember(entry)

        ends("sent", NOON + HOUR)
        assert person.verdict("tip").until == NOON + HOUR + 7 * DAY
        ends("dropped", NOON + 2 * HOUR)
        assert person.verdict("tip").reason == "chosen"

    def test_turning_delivery_on_sends_nothing_that_began_while_it_was_off(self) -> None:
        person = Person(define(mail(still_true_after=HOUR), delivery="off"), true={SENT: NOON})
        decision = person.ask(push=True).decision
        person.history.remember(decision_event(decision))
        person.definitions = replace(person.definitions, delivery="on")
        person.at = NOON + HOUR + 1
        assert person.verdict("mail", push=True).reason == "not_begun"

    def test_a_step_that_follows_one_that_was_sent(self) -> None:
        person = ada(MAIL, tip(after=("mail",)), true={SENT: NOON})
        assert person.verdict("tip").reason == "after"
        person.offered(Asked(push=True))
        assert person.offered() == ["tip"]


def replace_cause(cause: str) -> Asked:
    causes = {
        "late": Asked(push=True, cause="late"),
        "imported": Asked(push=True, cause="imported"),
        "definitions": Asked(push=True, cause="definitions"),
    }
    return causes[cause]
