"""Law 8: no decision breaks a cap, quiet hours or a holdout, given everything stored when it was made.

The auditor below shares no code with `limits`: it counts what was decided and sent from the lists of a life, and reads
local days and hours from the system's own zones.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo  # noqa: TID251

from hypothesis import given, settings

from tests.laws.dice import Seeded
from tests.laws.lives import ADA, ZONES, Life, Made, Sent, life, lives
from waypost.engine.observe import fold, truth
from waypost.model.decisions import Offer
from waypost.model.events import Event
from waypost.model.steps import PUSH
from waypost.model.time import MINUTE, WEEK, Instant

Key = tuple[str, str]


class Auditor:
    """Everything that was granted up to some instant, and what it allows."""

    def __init__(self, lived: Life) -> None:
        self.lived = lived
        self.journeys = lived.definitions.journeys
        self.steps = lived.definitions.steps

    def granted(self, known: tuple[Event, ...], but: Key | None = None) -> dict[Key, tuple[Instant, str]]:
        """What counts, by decision and step: when, and on which channel."""
        logged = {event.message_id for event in known}
        counted: dict[Key, tuple[Instant, str]] = {}
        for made in self.lived.made:
            if made.decision.decision_id in logged:
                for offer in made.decision.offers:
                    if not offer.held:
                        counted[made.decision.decision_id, offer.step] = made.decision.at, offer.channel
        for sent in self.lived.sent:
            if len(sent.known) < len(known):
                key = sent.decision_id, sent.step
                if sent.outcome == "sent":
                    counted[key] = sent.at, sent.channel
                else:
                    del counted[key]
        if but is not None:
            counted.pop(but, None)
        return counted

    def local(self, known: tuple[Event, ...], at: Instant, now: Instant) -> datetime:
        """What the person's clock shows at an instant, by the time zone that they have now."""
        told = [event for event in known if event.kind == "identify" and event.at <= now]
        last = max(told, key=lambda event: event.order, default=None)
        said = None if last is None else last.properties["timezone"]
        info = ZoneInfo(said if isinstance(said, str) and said in ZONES else "Europe/Berlin")
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(info)

    def holds_slot(self, name: str, at: Instant, known: tuple[Event, ...], now: Instant) -> bool:
        """Whether a step that was offered at `at` still has its place at `now`."""
        if not at <= now < at + 10 * MINUTE:
            return False
        for event in known:
            if (
                event.name in ("Step Dismissed", "Step Completed")
                and event.properties["step"] == name
                and event.at >= at
            ):
                return False
        condition = self.steps[name].done_when
        profile = fold(self.lived.program, ADA, known, now)
        return condition is None or profile is None or truth(self.lived.program, profile, condition, now) is not True

    def check(self, made: Made) -> None:
        """Nothing that a decision offers breaks anything."""
        decision, known, now = made.decision, made.known, made.decision.at
        counted = self.granted(known)
        for offer in decision.offers:
            self.check_gates(made, offer)
            before = [at for (_, name), (at, _) in counted.items() if name == offer.step]
            if offer.held:
                assert any(self.holds_slot(offer.step, at, known, now) for at in before)
                continue
            self.check_limits(offer.step, offer.journey, counted, known, now)
            step = self.steps[offer.step]
            assert step.max_shows is None or len(before) < step.max_shows
            assert step.cooldown is None or not before or now >= max(before) + step.cooldown
            counted[decision.decision_id, offer.step] = now, offer.channel

    def check_gates(self, made: Made, offer: Offer) -> None:
        """Who is held out, no tester, or of a project that is off or paused, gets nothing."""
        definitions, decision = self.lived.definitions, made.decision
        assert definitions.delivery != "off"
        assert not decision.asked.paused
        if decision.holdout:
            assert definitions.holdout is not None
            assert offer.journey == definitions.holdout.journey
        if definitions.delivery == "testers":
            told = [event for event in made.known if event.kind == "identify" and event.at <= decision.at]
            assert told
            assert max(told, key=lambda event: event.order).properties["staff"] is True

    def check_limits(
        self, name: str, on: str, counted: dict[Key, tuple[Instant, str]], known: tuple[Event, ...], now: Instant
    ) -> None:
        """The budget of the journey has room for one more."""
        limits, step = self.journeys[on].limits, self.steps[name]
        clock = self.local(known, now, now)
        push = step.channel in PUSH
        if push and limits.quiet_hours is not None:
            minute, quiet = clock.hour * 60 + clock.minute, limits.quiet_hours
            over_midnight = quiet.start > quiet.end
            inside = (minute >= quiet.start, minute < quiet.end)
            assert not (any(inside) if over_midnight else all(inside))
        if limits.per_day is not None:
            today = [at for at, _ in counted.values() if self.local(known, at, now).date() == clock.date()]
            assert len(today) < limits.per_day
        if limits.per_week is not None:
            assert len([at for at, _ in counted.values() if now - WEEK < at <= now]) < limits.per_week
        if limits.email_per_week is not None and step.channel == "email":
            mails = [at for at, channel in counted.values() if channel == "email" and now - WEEK < at <= now]
            assert len(mails) < limits.email_per_week
        if limits.at_once is not None and not push:
            latest: dict[str, Instant] = {}
            for (_, other), (at, channel) in counted.items():
                if channel not in PUSH:
                    latest[other] = max(at, latest.get(other, at))
            held = [other for other, at in latest.items() if self.holds_slot(other, at, known, now)]
            assert len(held) < limits.at_once

    def check_leaving(self, sent: Sent) -> None:
        """What leaves breaks nothing at that moment, not counting itself."""
        if sent.outcome != "sent":
            return
        others = self.granted(sent.known, (sent.decision_id, sent.step))
        on = next(
            offer.journey
            for made in self.lived.made
            if made.decision.decision_id == sent.decision_id
            for offer in made.decision.offers
            if offer.step == sent.step
        )
        journeys = [on, *(name for name in self.journeys if name != on)]
        assert any(self._allows(sent, journey, others) for journey in journeys)

    def _allows(self, sent: Sent, on: str, others: dict[Key, tuple[Instant, str]]) -> bool:
        try:
            self.check_limits(sent.step, on, others, sent.known, sent.at)
        except AssertionError:
            return False
        return True


def audit(lived: Life) -> None:
    """Every decision and delivery of a life."""
    auditor = Auditor(lived)
    for made in lived.made:
        auditor.check(made)
    for sent in lived.sent:
        auditor.check_leaving(sent)
    if lived.definitions.holdout is not None:
        assert len({made.decision.holdout for made in lived.made}) <= 1


@settings(max_examples=60)
@given(lives())
def test_no_decision_breaks_a_limit(lived: Life) -> None:
    audit(lived)


def test_no_decision_breaks_a_limit_in_many_lives() -> None:
    offers = sends = 0
    for seed in range(250):
        lived = life(Seeded(seed))
        audit(lived)
        offers += sum(len(made.decision.offers) for made in lived.made)
        sends += sum(sent.outcome == "sent" for sent in lived.sent)
    assert offers > 250
    assert sends > 10


def test_the_auditor_sees_what_is_wrong() -> None:
    """Were the limits of the lives stricter than those decided under, some life would break them."""
    caught = 0
    for seed in range(60):
        lived = life(Seeded(seed))
        for name, journey in lived.definitions.journeys.items():
            object.__setattr__(journey, "limits", type(journey.limits)(per_day=1, at_once=1))
            assert lived.definitions.journeys[name].limits.per_day == 1
        try:
            audit(lived)
        except AssertionError:
            caught += 1
    assert caught > 5
