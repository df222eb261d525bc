"""What a visitor may be told: only what their own anonymous id did.

A write key is in every browser, and anybody can send with it that some user claims an anonymous id. So such a claim
must not open the user's history to whoever holds that id. Here the id's own messages are folded as though nobody had
claimed it.
"""

import msgspec

from waypost.engine import observe
from waypost.engine.profiles import Profile
from waypost.model.people import Id, PersonId
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.stores import people as store


def alone_profile(runtime: Runtime, who: Id, now: Instant) -> Profile | None:
    """The profile of an anonymous id by itself; None where nobody claimed it, since then it is the person's own.

    Call it in a transaction.
    """
    identities = runtime.identities
    if not identities.find(who) or identities.is_plain(who):
        return None
    number = identities.number_of(who)
    program = runtime.live.program
    claimants = store.users_of(runtime.database, [number]).get(number, set())
    carried = runtime.log.carrying(number, sorted(claimants))
    own = [msgspec.structs.replace(event, user_id=None) for event in carried]
    return observe.fold(program, PersonId(who), own, now) or observe.stranger(program, PersonId(who), now)
