"""What may be told to a user with a token, and to a visitor: in any world what the pure rule says."""

import msgspec
import pytest

from tests.laws import worlds
from tests.laws.dice import Dice, Seeded, chance
from tests.laws.worlds import World
from tests.runtime.rooms import arrive, opened, undone
from waypost.engine import observe
from waypost.engine.people import Links, links_of
from waypost.engine.profiles import Profile
from waypost.model.events import VERIFIED, Event
from waypost.model.people import Id, PersonId, anonymous, user
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.start import close
from waypost.runtime.transactions import Question
from waypost.runtime.visitors import own_profile


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
    links, person = Links(claims, aliases, world.undos), PersonId(who)
    if who[0] == "a":
        own = [msgspec.structs.replace(event, user_id=None) for event in events if event.anonymous_id == who[2:]]
    else:
        person = Links((), [alias for alias in aliases if alias.verified], world.undos).person(who)
        own = [event for event in events if links.may_tell(event, links.vouched(who[2:]))]
    program = runtime.live.program
    profile = observe.fold(program, person, own, now) or observe.stranger(program, person, now)
    return observe.as_of(program, profile, now)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_the_store_tells_what_the_rule_says(block: int) -> None:
    dice, compared = Seeded(block), 0
    for world in worlds.block(block):
        events = [marked(dice, event) for event in world.events]
        now = max(event.received_at for event in events) + 30 * 86_400_000_000
        runtime = opened(HandClock(now), world.definitions)
        try:
            for event in events:
                arrive(runtime, [event])
            arrive(runtime, undone(events, world.undos))
            for who in (*map(user, worlds.USERS), *map(anonymous, worlds.DEVICES)):
                found = told(runtime, who)
                if found is not None:
                    compared += 1
                    assert found == ruled(runtime, world, who, events, now), who
        finally:
            close(runtime)
    assert compared > 50
