"""What the log says of a person's steps, folded in any order that can come."""

from itertools import permutations

import msgspec
import pytest

from tests.engine.stands import ADA, NOON, came_back
from waypost.engine.entries import delivery_event
from waypost.engine.history import KEPT, SLOT, History
from waypost.model.decisions import DeliveryOutcome
from waypost.model.events import Event, Kind
from waypost.model.time import DAY, HOUR, MINUTE, Instant
from waypost.model.values import Json


def decided(at: Instant, *offers: tuple[str, str], held: bool = False, **more: Json) -> Event:
    """A decision's entry that offers steps on channels."""
    said: list[Json] = [
        {"step": step, "channel": channel, **({"held": True} if held else {})} for step, channel in offers
    ]
    return Event(f"d{at}{offers}", "decision", "", at, "ada", None, {"offers": said, **more}, "waypost", at)


def ended(decision: Event, step: str, outcome: DeliveryOutcome, at: Instant) -> Event:
    return delivery_event(ADA, decision.message_id, step, channel="email", outcome=outcome, at=at)


def met(kind: Kind, at: Instant, user: str | None, visitor: str | None = None, *, imported: bool = False) -> Event:
    return Event(f"m{at}", kind, "x", at, user, visitor, {}, "web", at, imported=imported)


def folded(*events: Event) -> History:
    history = History()
    for event in events:
        history.meet(event)
        if event.kind in ("decision", "delivery") or event.name.startswith(("Step ", "Survey ", "Message ")):
            history.remember(event)
    return history


def test_an_offer_counts_and_holds_its_slot() -> None:
    past = folded(decided(NOON, ("tip", "tip"))).steps["tip"]
    assert (past.offered, past.last, past.first) == (1, NOON, NOON)
    assert past.held_until(NOON) == NOON + SLOT
    assert past.held_until(NOON + SLOT - 1) == NOON + SLOT
    assert past.held_until(NOON + SLOT) is None
    assert past.held_until(NOON - 1) is None


def test_a_repeated_offer_does_not_count() -> None:
    past = folded(decided(NOON, ("tip", "tip")), decided(NOON + MINUTE, ("tip", "tip"), held=True)).steps["tip"]
    assert (past.offered, past.last) == (1, NOON)


def test_pushes_hold_no_slot() -> None:
    past = folded(decided(NOON, ("mail", "email"))).steps["mail"]
    assert past.held_until(NOON) is None
    assert past.opened == NOON


@pytest.mark.parametrize("name", ["Step Completed", "Step Dismissed", "Survey Completed", "Survey Dismissed"])
def test_what_is_over_gives_up_its_slot_and_a_new_offer_takes_one_again(name: str) -> None:
    offer, over = decided(NOON, ("tip", "tip")), came_back(name, "tip", NOON + MINUTE)
    assert folded(offer, over).steps["tip"].held_until(NOON + MINUTE) is None
    again = decided(NOON + HOUR, ("tip", "tip"))
    assert folded(offer, over, again).steps["tip"].held_until(NOON + HOUR) == NOON + HOUR + SLOT


def test_what_comes_back_is_kept_by_its_name() -> None:
    past = folded(came_back("Step Shown", "tip", NOON), came_back("Message Opened", "tip", NOON + 1)).steps["tip"]
    assert past.back == {"Step Shown": NOON, "Message Opened": NOON + 1}
    assert past.shown == 1


def test_a_dropped_push_never_counted_and_a_sent_one_counts_from_its_sending() -> None:
    decision = decided(NOON, ("mail", "email"))
    dropped = folded(decision, ended(decision, "mail", "dropped", NOON + HOUR)).steps["mail"]
    assert (dropped.offered, dropped.grants, dropped.opened) == (0, [], NOON)
    sent = folded(decision, ended(decision, "mail", "sent", NOON + HOUR)).steps["mail"]
    assert (sent.offered, sent.last) == (1, NOON + HOUR)
    failed = folded(decision, ended(decision, "mail", "failed", NOON + HOUR)).steps["mail"]
    assert (failed.offered, failed.last) == (1, NOON)


def test_any_order_gives_the_same() -> None:
    first, second = decided(NOON, ("mail", "email"), ("tip", "tip"), key="u:ada"), decided(NOON, ("hook", "webhook"))
    events = [
        first,
        second,
        ended(first, "mail", "sent", NOON),
        ended(second, "hook", "dropped", NOON),
        came_back("Step Dismissed", "tip", NOON + 1),
    ]
    histories = [folded(*order) for order in permutations(events)]
    assert all(history == histories[0] for history in histories)


def test_old_grants_are_let_go_but_the_count_and_the_two_latest_stay() -> None:
    history = folded(*(decided(NOON + day * DAY, ("tip", "tip")) for day in range(0, 40, 10)))
    past = history.steps["tip"]
    assert past.offered == 4
    assert [grant.at for grant in past.grants] == [NOON + 20 * DAY, NOON + 30 * DAY]
    many = folded(*(decided(NOON + hour * HOUR, ("tip", "tip")) for hour in range(300))).steps["tip"]
    assert many.grants[0].at == many.grants[-1].at - KEPT


def test_the_first_id_is_who_they_were_when_we_met_them() -> None:
    assert folded(met("page", NOON, None, "phone"), met("track", NOON + 1, "ada")).first_id == "a:phone"
    assert folded(met("identify", NOON, "ada", "phone")).first_id == "u:ada"
    assert folded(decided(NOON, ("tip", "tip"))).first_id is None


def test_the_key_of_the_earliest_decision_stays() -> None:
    history = folded(decided(NOON, key="a:phone"), decided(NOON + 1, key="u:ada"))
    assert history.decided_key == "a:phone"
    assert folded(decided(NOON + 1, key="u:ada"), decided(NOON, key="a:phone")).decided_key == "a:phone"


def test_up_to_when_history_was_imported() -> None:
    history = folded(met("track", NOON, "ada", imported=True), met("track", NOON + 1, "ada"))
    assert history.imported == NOON


def test_without_a_grant_all_else_is_the_same() -> None:
    one, other = decided(NOON, ("mail", "email")), decided(NOON + 1, ("mail", "email"), ("tip", "tip"))
    history = folded(one, other)
    less = history.without(one.message_id, "mail")
    assert (less.steps["mail"].offered, less.steps["mail"].last) == (1, NOON + 1)
    assert less.steps["tip"] is history.steps["tip"]
    assert history.steps["mail"].offered == 2
    assert history.without("none", "none").steps["mail"] == history.steps["mail"]


@pytest.mark.parametrize(
    "properties",
    [{}, {"offers": 3, "opened": "x", "key": 1}, {"offers": [1, {"step": 1}, {"step": "x"}], "opened": [1, None]}],
)
def test_entries_of_another_shape_are_passed_over(properties: dict[str, Json]) -> None:
    for kind in ("decision", "delivery", "track"):
        event = Event("m", "decision", "Step Shown", NOON, "ada", None, properties, "web", NOON)
        assert folded(msgspec.structs.replace(event, kind=kind)).steps == {}


def test_it_is_stored_and_read_back() -> None:
    history = folded(decided(NOON, ("tip", "tip"), key="u:ada"), came_back("Step Dismissed", "tip", NOON + 1))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(history), type=History) == history
