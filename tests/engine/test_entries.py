"""Decisions and deliveries as log entries: written whole, read back the same, and told apart by their content."""

import json

import msgspec
import pytest

from tests.engine.stands import NOON, WELCOME, Person, define
from waypost.engine.entries import decision_event, delivery_event, read_decision
from waypost.model.decisions import Asked
from waypost.model.journeys import Holdout
from waypost.model.people import PersonId
from waypost.model.steps import Step
from waypost.model.time import HOUR

TIP = Step("tip", "tip", copy={"en": {"title": "A tip"}})
MAIL = Step("mail", "email", send_when=WELCOME, still_true_after=HOUR)


def ada(holdout: Holdout | None = None) -> Person:
    return Person(
        define(TIP, Step("later", "tip", after=("tip",)), MAIL, holdout=holdout), true={"step.mail.send_when": NOON}
    )


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(page="/reports", slots=2, locale="nl"),
        Asked(push=True, cause="time", live_from=NOON - 5 * HOUR),
        Asked(push=True, paused=True),
        Asked(rehearse=True),
    ],
)
def test_a_decision_is_read_back_as_it_was(asked: Asked) -> None:
    decision = ada(Holdout(50)).ask(asked).decision
    event = decision_event(decision)
    assert read_decision(event) == decision
    through_json = json.loads(json.dumps(event.properties))
    assert read_decision(msgspec.structs.replace(event, properties=through_json)) == decision


def test_the_entry_of_a_decision() -> None:
    decision = ada().ask().decision
    event = decision_event(decision)
    assert (event.kind, event.name, event.at, event.received_at) == ("decision", "", NOON, NOON)
    assert (event.message_id, event.user_id, event.anonymous_id) == (decision.decision_id, "ada", None)
    assert event.properties["offers"] == [
        {
            "step": "tip",
            "journey": "onboarding",
            "channel": "tip",
            "because": "Next in onboarding with priority 0: nothing stands against it.",
            "slot_until": "2026-03-10T12:10:00Z",
        }
    ]
    assert event.properties["milestones"] == {"setup": None}


def test_a_visitor_s_decision_is_the_visitor_s() -> None:
    decision = msgspec.structs.replace(ada().ask().decision, person=PersonId("a:phone"))
    event = decision_event(decision)
    assert (event.user_id, event.anonymous_id) == (None, "phone")
    assert read_decision(event).person == "a:phone"


def test_an_entry_of_another_shape_is_refused() -> None:
    event = decision_event(ada().ask().decision)
    with pytest.raises(msgspec.ValidationError):
        read_decision(msgspec.structs.replace(event, properties={"offers": 3}))


def test_the_digest_is_the_same_while_nothing_new_is_said() -> None:
    person = ada()
    first = person.ask().decision
    person.offered()
    person.at += 1
    repeated = person.ask().decision
    assert repeated.offers[0].held
    assert repeated.digest == first.digest
    assert person.history.latest() == (NOON, first.decision_id, first.digest)
    assert repeated.decision_id != first.decision_id
    person.does("Step Completed", "tip")
    assert person.ask().decision.digest != first.digest


def test_what_is_said_of_pushes_is_kept_apart() -> None:
    person = ada()
    asked, pushed = person.ask().decision, person.ask(push=True).decision
    person.history.remember(decision_event(asked))
    person.history.remember(decision_event(pushed))
    assert person.history.latest() == (NOON, asked.decision_id, asked.digest)
    assert person.history.latest(push=True) == (NOON, pushed.decision_id, pushed.digest)


def test_the_end_of_a_delivery_counts_once_and_names_its_reason() -> None:
    decision = ada().ask().decision
    event = delivery_event(
        decision.person,
        decision.decision_id,
        "mail",
        channel="email",
        outcome="dropped",
        at=NOON,
        reason="quiet_hours",
    )
    assert (event.kind, event.user_id, event.at) == ("delivery", "ada", NOON)
    assert event.properties == {
        "decision_id": decision.decision_id,
        "step": "mail",
        "channel": "email",
        "outcome": "dropped",
        "reason": "quiet_hours",
    }
    again = delivery_event(
        decision.person, decision.decision_id, "mail", channel="email", outcome="dropped", at=NOON + HOUR
    )
    sent = delivery_event(decision.person, decision.decision_id, "mail", channel="email", outcome="sent", at=NOON)
    assert again.message_id == event.message_id != sent.message_id
