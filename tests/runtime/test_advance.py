"""The corridor: Ada, Ben and Cy walk through it, in order, late, twice, early, and as one another."""

from collections.abc import Iterator

import pytest

from tests.runtime.rooms import NOON, afresh, arrive, event, everyone, opened
from waypost.model.people import PersonId
from waypost.model.time import DAY, HOUR, MINUTE, SECOND, Instant
from waypost.runtime import advance, lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.folder import load_files
from waypost.runtime.merges import undo_link
from waypost.runtime.start import close
from waypost.runtime.stores import people as store
from waypost.runtime.transactions import Question
from waypost.runtime.worker import run_due


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON + 2)


@pytest.fixture
def runtime(clock: HandClock) -> Iterator[Runtime]:
    runtime = opened(clock)
    yield runtime
    close(runtime)


def stage(runtime: Runtime, who: str) -> object:
    return lookup.person(runtime, who)["stage"]


def sound(runtime: Runtime) -> None:
    """Every cached profile is what the log says, now and in a day."""
    for at in (runtime.clock.now(), runtime.clock.now() + DAY):
        assert everyone(runtime, at) == afresh(runtime, at)


def test_segments_stand_when_the_answer_leaves(runtime: Runtime) -> None:
    assert arrive(runtime, [event("signed_up", "ada"), event("login", "ben")]) == 2
    assert arrive(runtime, [event("workspace_created", "ada", at=NOON + 1), event("signed_up", "ada")]) == 1
    assert (stage(runtime, "ada"), stage(runtime, "ben")) == ("builder", "newcomer")
    sound(runtime)


def test_an_event_that_comes_late_is_folded_where_it_belongs(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("signed_up", "ada"), event("source_connected", "ada", at=NOON + MINUTE)])
    clock.advance(HOUR)
    assert lookup.person(runtime, "ada")["signals"]["setup_progress"] == 0  # type: ignore[index,call-overload]
    arrive(runtime, [event("workspace_created", "ada", at=NOON + SECOND, received=NOON + HOUR)])
    assert lookup.person(runtime, "ada")["signals"]["setup_progress"] == 2  # type: ignore[index,call-overload]
    sound(runtime)


def test_an_event_of_the_future_counts_from_its_own_time_on(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("signed_up", "ada"), event("workspace_created", "ada", at=NOON + HOUR, received=NOON)])
    assert stage(runtime, "ada") == "newcomer"
    arrive(runtime, [event("login", "cy", at=NOON + HOUR, received=NOON)])
    assert set(everyone(runtime, NOON)) == {PersonId("u:ada")}
    sound(runtime)
    clock.advance(HOUR)
    run_due(runtime)
    assert stage(runtime, "ada") == "builder"
    assert set(everyone(runtime, clock.now())) == {PersonId("u:ada"), PersonId("u:cy")}
    clock.advance(HOUR)
    arrive(runtime, [event("login", "ada", at=clock.now())])
    sound(runtime)


def test_a_visitor_who_signs_in_brings_what_they_did(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("signed_up", None, "phone"), event("workspace_created", None, "phone", at=NOON + 1)])
    assert set(everyone(runtime, NOON)) == {PersonId("a:phone")}
    clock.advance(MINUTE)
    arrive(runtime, [event("", "ada", "phone", at=clock.now(), kind="identify", plan="team")])
    assert set(everyone(runtime, NOON)) == {PersonId("u:ada")}
    assert stage(runtime, "phone") == "builder"
    sound(runtime)


def test_whoever_signs_in_for_the_first_time_takes_over_what_their_device_knew(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(runtime, [event("viewed", device="phone"), event("viewed", device="phone", at=NOON - DAY)])
    with monkeypatch.context() as patch:
        patch.setattr(runtime.profiles, "fold", None)  # nothing is folded again
        arrive(runtime, [event("viewed", "ada", "phone", at=NOON + 1)])
    sound(runtime)
    # Of two devices, or where the sign-in came before what the device did last, the log decides.
    arrive(runtime, [event("viewed", device="one"), event("viewed", device="two"), event("viewed", device="late")])
    arrive(runtime, [event("viewed", "ben", "one", at=NOON + 1), event("viewed", "ben", "two", at=NOON + 2)])
    arrive(runtime, [event("viewed", "cy", "late", at=NOON - 1)])
    sound(runtime)


def test_nothing_is_taken_over_where_a_signal_tells_who_somebody_is(clock: HandClock) -> None:
    texts = {
        "waypost.yaml": "project: small\ntimezone: UTC\nevents:\n  viewed: {}\n",
        "signals.yaml": "signals:\n  names: {distinct: viewed.user_id}\n",
    }
    runtime = opened(clock, load_files(texts))
    arrive(runtime, [event("viewed", device="phone")])
    arrive(runtime, [event("viewed", "ada", "phone", at=NOON + 1)])
    assert lookup.person(runtime, "ada")["signals"] == {"names": 1}
    sound(runtime)
    close(runtime)


def test_a_sign_in_that_was_not_kept_takes_nothing_over(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(runtime, [event("viewed", device="phone")])
    with monkeypatch.context() as patch:
        patch.setattr(advance, "_settle", None)
        with pytest.raises(TypeError):
            arrive(runtime, [event("viewed", "ada", "phone", at=NOON + 1)])
    sound(runtime)
    arrive(runtime, [event("viewed", device="phone", at=NOON + 2)])
    sound(runtime)


def test_a_device_that_two_people_share_is_divided_by_time(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("", "ada", "kiosk", kind="identify"), event("signed_up", "ada", at=NOON + 1)])
    clock.advance(HOUR)
    arrive(runtime, [event("workspace_created", None, "kiosk", at=NOON + MINUTE)])
    assert stage(runtime, "ada") == "builder"
    arrive(runtime, [event("", "ben", "kiosk", at=NOON + SECOND, kind="identify", received=clock.now())])
    assert (stage(runtime, "ada"), stage(runtime, "ben")) == ("newcomer", "builder")
    sound(runtime)


def test_two_users_become_one_and_two_again(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("signed_up", "ada"), event("workspace_created", "ada-old", at=NOON + 1)])
    clock.advance(MINUTE)
    arrive(runtime, [event("", "ada", at=clock.now(), kind="alias", previous="ada-old")])
    assert stage(runtime, "ada-old") == stage(runtime, "ada") == "builder"
    assert set(everyone(runtime, NOON)) == {PersonId("u:ada")}
    sound(runtime)
    undo_link(runtime, "ada-old", "ada")
    undo_link(runtime, "ada-old", "ada")
    assert (stage(runtime, "ada"), stage(runtime, "ada-old")) == ("newcomer", "builder")
    sound(runtime)


def test_time_alone_changes_a_segment_at_its_instant(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("signed_up", "ada"), event("workspace_created", "ada", at=NOON + 1)])
    clock.move_to(NOON + 1 + 2 * DAY)
    run_due(runtime)
    assert lookup.person(runtime, "ada")["segments"] == []
    clock.advance(1)
    run_due(runtime)
    run_due(runtime)
    assert lookup.person(runtime, "ada")["segments"] == ["stalled_at_setup"]
    sound(runtime)


def test_a_wake_up_that_is_doubled_or_late_changes_nothing(runtime: Runtime, clock: HandClock) -> None:
    arrive(runtime, [event("signed_up", "ada"), event("workspace_created", "ada", at=NOON + 1)])
    clock.advance(30 * DAY)
    numbers = [number for number, _ in store.all_ids(runtime.database)]
    for _ in range(3):
        runtime.commits.wait(Question(lambda now: advance.advance(runtime, (), numbers, now)))
    run_due(runtime)
    arrive(runtime, [event("source_connected", "ada", at=NOON + HOUR, received=clock.now())])
    sound(runtime)


def test_a_batch_that_fails_is_forgotten_and_the_others_are_kept(
    runtime: Runtime,
) -> None:
    arrive(runtime, [event("signed_up", "ada")])

    def fails(now: Instant) -> None:
        entry = runtime.profiles.get(PersonId("u:ada"), runtime.live.program, now)
        assert entry is not None
        advance.advance(runtime, [event("workspace_created", "ada", at=NOON + 1)], (), now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        runtime.commits.wait(Question(fails))
    assert stage(runtime, "ada") == "newcomer"
    sound(runtime)
    assert arrive(runtime, [event("workspace_created", "ada", at=NOON + 1)]) == 1
    assert stage(runtime, "ada") == "builder"
    sound(runtime)
