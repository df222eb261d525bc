"""Where one person stands now and what they would be offered; asking writes nothing, so it exposes nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from waypost.engine import observe
from waypost.engine.decide import decide
from waypost.model.changes import Definitions
from waypost.model.decisions import Asked
from waypost.model.people import Id, PersonId
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.transactions import Asking
from waypost.runtime.visitors import own_profile


@dataclass(frozen=True, slots=True)
class Standing:
    """What flags are made of."""

    definitions: Definitions
    stage: str | None
    segments: frozenset[str]
    milestones: Mapping[str, Instant | None]
    offered: frozenset[str]


async def standing_async(runtime: Runtime, who: Id, *, alone: bool = False, offers: bool = True) -> Standing:
    """Where somebody stands.

    Args:
        runtime: The open Waypost.
        who: One of their ids. Somebody unknown stands where everybody begins.
        alone: Tell only what is surely theirs, as `visitors` says.
        offers: Work out what would be offered, too.
    """
    return await runtime.commits.wait_async(Asking(lambda now: _standing(runtime, who, alone, offers, now)))


def _standing(runtime: Runtime, who: Id, alone: bool, offers: bool, now: Instant) -> Standing:
    live = runtime.live
    profile = own_profile(runtime, who, now) if alone else None
    if profile is None:
        person = runtime.identities.person(who)
        entry = None if person is None else runtime.profiles.get(person, live.program, now)
        profile = observe.stranger(live.program, PersonId(who), now) if entry is None else entry.profile
    now = max(now, profile.seen)
    offered: frozenset[str] = frozenset()
    if offers:
        decision = decide(live.program, profile, Asked(paused=runtime.paused), now)
        offered = frozenset(offer.step for offer in decision.offers)
    state = observe.view(live.program, profile, now)
    return Standing(live.definitions, state.stage, state.segments, state.milestones, offered)
