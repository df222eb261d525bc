"""Pushes from their beginning to the last look, over real logs."""

from dataclasses import replace

from tests.engine.acme import ADA, JOURNEY, LOG, NOON, SHARES, compare, defined, event, number
from waypost.engine.decide import decide
from waypost.engine.entries import decision_event, delivery_event
from waypost.engine.history import History
from waypost.engine.observe import fold
from waypost.engine.profiles import Profile
from waypost.engine.program import compile_program
from waypost.engine.pushes import is_news, may_push, push_wake, recheck
from waypost.model.changes import Definitions
from waypost.model.conditions import Op
from waypost.model.decisions import Asked, Decision, DeliveryOutcome
from waypost.model.events import Event
from waypost.model.journeys import Limits, QuietHours
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, MINUTE, Instant

MAIL = Step(
    "mail",
    "email",
    send_when=compare(SHARES, Op.EQ, number(1)),
    still_true_after=HOUR,
    copy={"en": {"subject": "You have shared {{ signal.shares }}"}},
)
SHARE = event("track", "shared", NOON)
PUSH = Asked(push=True)


class Log:
    """A log under one definition set, folded again for every question."""

    def __init__(self, definitions: Definitions, *events: Event) -> None:
        self.program = compile_program(definitions)
        self.events = [*LOG, *events]

    def profile(self, at: Instant) -> Profile:
        found = fold(self.program, ADA, self.events, at)
        assert found is not None
        return found

    def decide(self, at: Instant, asked: Asked = PUSH) -> Decision:
        """The decision at an instant; it is kept if it is news."""
        profile = self.profile(at)
        decision = decide(self.program, profile, asked, at)
        if is_news(decision, profile.history):
            self.events.append(decision_event(decision))
        return decision

    def look(self, decision: Decision, at: Instant, *, paused: bool = False) -> tuple[bool, str, str | None]:
        """What the last look says, with the subject."""
        verdict, content = recheck(self.program, self.profile(at), decision.decision_id, "mail", at, paused=paused)
        return verdict.kept, verdict.reason, None if content is None else str(content.copy["subject"])

    def end(self, decision: Decision, outcome: DeliveryOutcome, at: Instant) -> None:
        """A delivery ends."""
        self.events.append(delivery_event(ADA, decision.decision_id, "mail", channel="email", outcome=outcome, at=at))


def test_it_begins_waits_goes_and_is_over() -> None:
    log = Log(defined(MAIL), SHARE)
    assert may_push(log.program, log.profile(NOON))
    begun = log.decide(NOON)
    assert (begun.opened, begun.offers, push_wake(begun)) == (("mail",), (), NOON + HOUR)
    kept = len(log.events)
    assert log.decide(NOON + MINUTE).opened == ()
    assert len(log.events) == kept, "waiting on says nothing new"
    due = log.decide(NOON + HOUR)
    assert [offer.step for offer in due.offers] == ["mail"]
    assert push_wake(due) is None
    assert log.look(due, NOON + HOUR + MINUTE) == (True, "chosen", "You have shared 1")
    log.end(due, "sent", NOON + HOUR + MINUTE)
    assert not may_push(log.program, log.profile(NOON + 2 * HOUR))
    assert log.decide(NOON + 2 * HOUR).offers == ()


def test_what_is_no_longer_true_does_not_leave() -> None:
    log = Log(defined(MAIL), SHARE)
    log.decide(NOON)
    due = log.decide(NOON + HOUR)
    log.events.append(event("track", "shared", NOON + HOUR + 1))
    assert log.look(due, NOON + HOUR + MINUTE) == (False, "send_when", None)
    log.end(due, "dropped", NOON + HOUR + MINUTE)
    assert log.profile(NOON + 2 * HOUR).history.steps["mail"].offered == 0


def test_its_own_grant_is_not_held_against_it_but_others_are() -> None:
    path = replace(JOURNEY, limits=Limits(per_day=1))
    log = Log(defined(MAIL, Step("tip", "tip"), journey=path), SHARE)
    log.decide(NOON)
    due = log.decide(NOON + HOUR)
    assert log.look(due, NOON + HOUR + 1)[0]
    assert log.decide(NOON + HOUR, Asked()).verdicts[0].reason == "per_day"
    after_midnight = NOON + 13 * HOUR
    assert log.decide(after_midnight, Asked()).offers != ()
    assert log.look(due, after_midnight) == (False, "per_day", None)


def test_a_pause_and_quiet_hours_hold_it_at_the_door_and_it_goes_later() -> None:
    quiet = QuietHours(14 * 60, 15 * 60)
    log = Log(defined(MAIL, journey=replace(JOURNEY, limits=Limits(quiet_hours=quiet))), SHARE)
    log.decide(NOON)
    due = log.decide(NOON + HOUR)
    assert log.look(due, NOON + HOUR, paused=True) == (False, "paused", None)
    assert log.look(due, NOON + 2 * HOUR) == (False, "quiet_hours", None)
    log.end(due, "dropped", NOON + 2 * HOUR)
    again = log.decide(NOON + 2 * HOUR + MINUTE)
    assert push_wake(again) == NOON + 3 * HOUR
    assert log.decide(NOON + 3 * HOUR).offers != ()


def test_a_step_that_is_gone_does_not_leave() -> None:
    log = Log(defined(MAIL), SHARE)
    log.decide(NOON)
    due = log.decide(NOON + HOUR)
    log.program = compile_program(defined(Step("tip", "tip")))
    assert log.look(due, NOON + HOUR) == (False, "no_journey", None)


def test_a_push_without_a_condition_goes_on_entering_the_journey() -> None:
    path = replace(JOURNEY, entry=compare(SHARES, Op.GE, number(1)))
    log = Log(defined(Step("mail", "webhook"), journey=path), SHARE)
    assert may_push(log.program, log.profile(NOON))
    assert log.decide(NOON).offers != ()
    assert log.decide(NOON + DAY).offers == ()


def test_what_is_news() -> None:
    log = Log(defined(Step("tip", "tip"), delivery="on"))
    asked = Asked()
    first = log.decide(NOON, asked)
    kept = len(log.events)
    assert log.decide(NOON + MINUTE, asked).offers[0].held
    assert len(log.events) == kept, "the same offer in its slot is no news"
    log.decide(NOON + 10 * MINUTE, asked)
    assert len(log.events) == kept + 1, "a new offer is"
    assert not is_news(decide(log.program, log.profile(NOON), PUSH, NOON), History())
    assert log.profile(NOON + 1).history.latest() == (NOON, first.decision_id, first.digest)


def test_while_delivery_is_off_what_would_be_sent_is_kept_once() -> None:
    log = Log(defined(replace(MAIL, still_true_after=None), delivery="off"), SHARE)
    kept = len(log.events)
    assert log.decide(NOON).verdicts[0].reason == "delivery_off"
    log.decide(NOON + MINUTE)
    assert len(log.events) == kept + 1
