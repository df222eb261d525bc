"""Whose events are whose, in queries: as `engine.people` says, for the same links."""

from tests.batch.logs import alias, defined, event, states
from waypost.engine.people import group_by_person
from waypost.model import signals as s
from waypost.model.events import Event
from waypost.model.people import Undo
from waypost.model.time import DAY, HOUR, parse_instant
from waypost.model.values import MILLION

T0 = parse_instant("2026-01-05T09:00:00Z") or 0
COUNT: dict[str, s.Kind] = {"n": s.Count(s.Select(("any",)))}


def counted(events: list[Event], undos: tuple[Undo, ...] = ()) -> dict[str, int]:
    """How many events each person has; both evaluators must say the same."""
    found = states(defined(COUNT), events, T0 + 9 * DAY, undos)
    told = {str(person): int(state.signals["n"] or 0) // MILLION for person, state in found.items()}
    logs = group_by_person(events, undos)
    assert told == {str(person): sum(one.kind == "track" for one in log) for person, log in logs.items()}
    return told


def seen(hours: int, *, user: str | None = None, device: str | None = "phone", message_id: str | None = None) -> Event:
    """Something done on a device, by a user if it says so."""
    return event("a", T0 + hours * HOUR, user=user, device=device, message_id=message_id)


def test_an_unclaimed_device_is_somebody() -> None:
    assert counted([seen(1), seen(2)]) == {"a:phone": 2}


def test_the_first_claim_reaches_back_and_the_latest_holds() -> None:
    log = [seen(1), seen(2, user="ada"), seen(3), seen(4, user="ben"), seen(5), seen(6)]
    assert counted(log) == {"u:ada": 3, "u:ben": 3}


def test_a_claim_counts_from_its_own_instant_and_ties_go_by_message_id() -> None:
    log = [seen(1), seen(2), seen(2, user="ben", message_id="2"), seen(2, user="ada", message_id="1"), seen(3)]
    assert counted(log) == {"u:ada": 2, "u:ben": 3}


def test_repeating_a_claim_changes_nothing() -> None:
    log = [seen(hours, user=("ada", "ben")[hours // 3 % 2]) for hours in range(12)] + [seen(h) for h in range(12)]
    assert counted(log) == {"u:ada": 12, "u:ben": 12}


def test_an_alias_joins_users_and_claims_the_previous_id() -> None:
    log = [seen(1, user="ada", device=None), seen(2, user="a2", device=None), seen(3, device="ada")]
    assert counted(log) == {"u:ada": 1, "u:a2": 1, "a:ada": 1}
    assert counted([*log, alias("ada", "a2", T0 + 5 * HOUR)]) == {"u:a2": 3}


def test_what_was_taken_back_is_as_if_it_had_never_been() -> None:
    log = [seen(1), seen(2, user="ada"), seen(3), seen(1, user="ben", device=None), alias("ben", "ada", T0 + HOUR)]
    assert counted(log) == {"u:ada": 4}
    assert counted(log, (Undo("ada", "phone", T0, T0 + DAY),)) == {"u:ada": 2, "a:phone": 2}
    assert counted(log, (Undo("phone", "ada", T0, T0 + HOUR),)) == {"u:ada": 4}
    assert counted(log, (Undo("ada", "ben", T0, T0 + DAY),)) == {"u:ada": 3, "u:ben": 1}
