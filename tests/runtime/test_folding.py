"""Large logs, folded beside the corridor: who waits for them, and what comes meanwhile."""

import threading
from collections.abc import Iterator, Sequence

import pytest

from tests.runtime.rooms import afresh, arrive, event, everyone, opened
from waypost.engine import observe
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.events import Event
from waypost.model.people import PersonId
from waypost.model.time import DAY, HOUR, SECOND, Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.start import close
from waypost.runtime.worker import run_due

NOON: Instant = 1_772_366_400 * SECOND


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON + 2)


@pytest.fixture
def runtime(clock: HandClock) -> Iterator[Runtime]:
    runtime = opened(clock)
    yield runtime
    close(runtime)


def sound(runtime: Runtime) -> None:
    """Every cached profile is what the log says, now and in a day."""
    for at in (runtime.clock.now(), runtime.clock.now() + DAY):
        assert everyone(runtime, at) == afresh(runtime, at)


@pytest.fixture
def ada(runtime: Runtime, clock: HandClock) -> PersonId:
    """Somebody whose log is large, as large logs go here."""
    runtime.profiles.large.events = 50
    arrive(runtime, [event("login", "ada", at=NOON - place) for place in range(60)])
    clock.advance(HOUR)
    return PersonId("u:ada")


def test_a_very_large_log_is_folded_beside_the_corridor(
    runtime: Runtime, clock: HandClock, ada: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    folds: list[int] = []
    fold = observe.fold

    def counted(program: Program, person: PersonId, events: Sequence[Event], until: Instant) -> Profile | None:
        folds.append(threading.get_ident())
        return fold(program, person, events, until)

    monkeypatch.setattr(observe, "fold", counted)
    arrive(runtime, [event("signed_up", "ada", at=NOON - DAY, received=clock.now())])
    arrive(runtime, [event("login", "ada", at=clock.now())])
    entry = runtime.profiles.hot(ada)
    assert entry is not None
    assert (entry.stale, entry.profile.signup, entry.profile.at) == (True, None, clock.now())
    assert folds == []
    run_due(runtime)
    assert folds == [threading.get_ident()]
    entry = runtime.profiles.hot(ada)
    assert entry is not None
    assert (entry.stale, entry.profile.signup) == (False, NOON - DAY)
    sound(runtime)


def test_what_comes_while_a_large_log_is_folded_is_not_lost(
    runtime: Runtime, clock: HandClock, ada: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = [
        [event("signed_up", "ada", at=NOON - 2 * DAY, received=NOON + HOUR), event("login", "ada", at=NOON + HOUR + 1)],
        [event("", "bob", at=NOON - 9, received=NOON + HOUR, kind="alias", previous="ada")],
        [event("login", "bob", at=NOON + HOUR + 5)],
    ]
    fold = observe.fold

    def meanwhile(program: Program, person: PersonId, events: Sequence[Event], until: Instant) -> Profile | None:
        if came and threading.current_thread() is threading.main_thread():
            batch = came.pop(0)
            clock.advance(SECOND)
            arrive(runtime, batch)
        return fold(program, person, events, until)

    arrive(runtime, [event("signed_up", "ada", at=NOON - DAY, received=clock.now())])
    monkeypatch.setattr("waypost.runtime.folding.observe.fold", meanwhile)
    run_due(runtime)
    assert not came
    assert not runtime.profiles.large.waiting
    sound(runtime)


def test_an_event_of_the_future_has_a_large_log_folded_beside_the_corridor(
    runtime: Runtime, clock: HandClock, ada: PersonId
) -> None:
    arrive(runtime, [event("signed_up", "ada", at=NOON - DAY, received=clock.now())])
    run_due(runtime)
    arrive(runtime, [event("login", "ada", at=clock.now() + HOUR, received=clock.now())])
    clock.advance(HOUR)
    arrive(runtime, [event("login", "ada", at=clock.now() + 1, received=clock.now())])
    clock.advance(1)
    run_due(runtime)
    sound(runtime)
