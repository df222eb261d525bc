"""What may be told to a user with a token, and to a visitor: in any world what the pure rule says."""

import msgspec
import pytest

from tests.laws import worlds
from tests.laws.dice import Dice, Seeded, chance
from tests.laws.worlds import World
from tests.runtime.rooms import arrive, opened, undone
from waypost.engine import observe, profiles
from waypost.engine.people import Links, links_of
from waypost.engine.profiles import Profile
from waypost.model.events import VERIFIED, Event
from waypost.model.people import Id, PersonId, anonymous, user
from waypost.model.time import Instant
from waypost.runtime import views
from waypost.runtime.advance import advance
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.start import close
from waypost.runtime.transactions import Question
from waypost.runtime.visitors import own_profile

NOW = 1_772_366_400_000_000


def shared(message_id: str, user_id: str, anonymous_id: str = "phone") -> Event:
    return Event(
        message_id, "track", "report_shared", NOW - 5 + int(message_id[1:]), user_id, anonymous_id, {}, "web", NOW
    )


def marked(dice: Dice, event: Event) -> Event:
    """The event; if it is a merge, perhaps a verified one."""
    is_verified = event.kind == "alias" and chance(dice, 60)
    return msgspec.structs.replace(event, properties={VERIFIED: True}) if is_verified else event


def told(runtime: Runtime, who: Id) -> Profile | None:
    """What this id is told."""

    def ask(now: Instant) -> Profile | None:
        person = runtime.identities.person(who)
        entry = None if person is None else runtime.profiles.get(person, runtime.live.program, now)
        if entry is None:
            return None
        profile = own_profile(runtime, who, now) or entry.profile
        return observe.as_of(runtime.live.program, profile, now)

    return runtime.commits.wait(Question(ask))


def ruled(runtime: Runtime, world: World, who: Id, events: list[Event], now: Instant) -> Profile:
    """The same by the rule: what an id did itself, and what is verified to be theirs."""
    claims, aliases = links_of(events)
    undos = world.undos if any(event.kind == "undo" for event in events) else ()
    links, person = Links(claims, aliases, undos), PersonId(who)
    if who[0] == "a":
        own = [msgspec.structs.replace(event, user_id=None) for event in events if event.anonymous_id == who[2:]]
    else:
        person = Links((), [alias for alias in aliases if alias.verified], undos).person(who)
        own = [event for event in events if links.may_tell(event, links.vouched(who[2:]))]
    program = runtime.live.program
    profile = observe.fold(program, person, own, now) or observe.stranger(program, person, now)
    return observe.as_of(program, profile, now)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_the_store_tells_what_the_rule_says_at_any_time(block: int) -> None:
    dice, compared = Seeded(block), 0
    for world in worlds.block(block):
        clock = HandClock()
        runtime = opened(clock, world.definitions)
        known: list[Event] = []
        try:
            for event in [*(marked(dice, event) for event in world.events), *undone(world.events, world.undos)]:
                clock.move_to(event.received_at)
                arrive(runtime, [event])
                known.append(event)
                for who in (*map(user, worlds.USERS), *map(anonymous, worlds.DEVICES)):
                    if chance(dice, 30) and (found := told(runtime, who)) is not None:
                        compared += 1
                        assert found == ruled(runtime, world, who, known, clock.now()), who
        finally:
            close(runtime)
    assert compared > 150


def said(runtime: Runtime) -> bytes:
    profile = told(runtime, anonymous("phone"))
    assert profile is not None
    return profiles.dump(profile)


def test_what_a_failed_transaction_read_is_forgotten() -> None:
    runtime = opened(HandClock(NOW))
    try:
        arrive(runtime, [shared("m1", "ada"), shared("m2", "ben")])

        def fail(now: Instant) -> None:
            advance(runtime, [shared("m3", "ben")], (), now)
            own_profile(runtime, anonymous("phone"), now)
            raise ZeroDivisionError

        before = said(runtime)
        with pytest.raises(ZeroDivisionError):
            runtime.commits.wait(Question(fail))
        assert said(runtime) == before
        arrive(runtime, [shared("m4", "ben")])
        assert said(runtime) != before
    finally:
        close(runtime)


def test_many_may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "KEPT", 10)
    runtime = opened(HandClock(NOW))
    try:
        arrive(runtime, [shared(f"m{number}", "ada", f"phone-{number}") for number in range(40)])
        for number in range(40):
            assert told(runtime, anonymous(f"phone-{number}")) is not None
    finally:
        close(runtime)
