"""What may be told to somebody whose key does not open everything: what their own id did, and no more.

A write key is in every browser, and anybody can send with it that some user claims an anonymous id, or that two users
are one. Such links count for everybody's state, but they must not open a history to whoever made them up. So:

- a visitor (an anonymous id, with the write key alone) is told what carries that very id, as though nobody had claimed
  it;
- a user (with a token) is told what carries their user id or one that a verified merge joins with it, and what was done
  under anonymous ids that they claimed and nobody else did; where others did too, only a verified claim counts for
  them.
"""

import msgspec

from waypost.engine.people import Links
from waypost.engine.profiles import Profile
from waypost.model.events import Event
from waypost.model.people import Alias, Id, PersonId, bare, user
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.stores import people as store
from waypost.runtime.stores.events import owner_id
from waypost.runtime.views import View


def own_profile(runtime: Runtime, who: Id, now: Instant) -> Profile | None:
    """What an id may be told of its person; None where that is all there is, since then it is the person's own profile.

    Call it in a transaction; the profile is only to be read.
    """
    if not runtime.identities.find(who):
        return None
    view = _visitors(runtime, who) if who[0] == "a" else _users(runtime, who)
    if view is None:
        return None
    return runtime.views.profile(who, view, runtime.live.program, runtime.log.last, now)


def _visitors(runtime: Runtime, who: Id) -> View | None:
    """What carries an anonymous id, if anybody claimed it."""
    if runtime.identities.is_plain(who):
        return None
    number = runtime.identities.number_of(who)
    claimants = sorted(store.users_of(runtime.database, [number]).get(number, set()))

    def events(behind: int) -> list[Event]:
        carried = runtime.log.carrying(number, claimants, behind)
        return [msgspec.structs.replace(event, user_id=None) for event in carried]

    return View(PersonId(who), who, events)


def _users(runtime: Runtime, who: Id) -> View | None:
    """What is surely a user's, if their person did anything else."""
    database, identities, log = runtime.database, runtime.identities, runtime.log
    merges = Links((), _verified(runtime, bare(who)), identities.undos)
    users, person = merges.vouched(bare(who)), merges.person(who)
    mine = set(store.numbers(database, [user(name) for name in sorted(users)]).values())
    claimed = {number for found in store.claimed_by(database, sorted(mine)).values() for number in found}
    claimants = store.users_of(database, sorted(claimed))
    is_disputed = any(not found <= mine for found in claimants.values())
    owners = sorted(mine | claimed)
    if not is_disputed and (identities.is_plain(who) or _is_all(runtime, who, person, owners)):
        return None
    # Any event of a claimant may be one more claim, and change whose all the others are.
    others = sorted({one for found in claimants.values() for one in found})
    rule = (person, users, owners, others, identities.undos, log.heads(others) if is_disputed else ())

    def events(behind: int) -> list[Event]:
        links, shared = _claims(runtime, claimants)
        found = log.of_owners(owners, behind)
        return [event for event in found if owner_id(event) not in shared or links.may_tell(event, users)]

    return View(person, rule, events)


def _is_all(runtime: Runtime, who: Id, person: PersonId, owners: list[int]) -> bool:
    """Whether a person goes by this name, and did nothing under any other id."""
    identities = runtime.identities
    others = set(identities.owners(person)).difference(owners)
    return identities.person(who) == person and not any(runtime.log.heads(others))


def _claims(runtime: Runtime, claimants: dict[int, set[int]]) -> tuple[Links, set[Id]]:
    """Everything that claims these anonymous ids, and the ids."""
    database = runtime.database
    shared = store.names(database, sorted(claimants))
    claims = [
        claim
        for number, identity in shared.items()
        for claim in runtime.log.claims((number, identity), sorted(claimants[number]))
    ]
    aliases = store.aliases(database, [bare(identity) for identity in shared.values()])
    return Links(claims, aliases, runtime.identities.undos), set(shared.values())


def _verified(runtime: Runtime, name: str) -> list[Alias]:
    """The verified merges that join users with this one, those too that were taken back."""
    found, new = {name}, set() if runtime.identities.is_plain(user(name)) else {name}
    merges: dict[str, Alias] = {}
    while new:
        touching = [alias for alias in store.aliases(runtime.database, sorted(new)) if alias.verified]
        merges.update((alias.message_id, alias) for alias in touching)
        new = {one for alias in touching for one in (alias.previous_id, alias.user_id)} - found
        found |= new
    return list(merges.values())
