"""What a batch of events says of who is who: new links, and whose logs must be folded again because of them.

Links count whatever their time, so that a new one may move events that were folded long ago. Whoever could be
concerned is folded again; most links concern nobody, since the anonymous id has no events of its own yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from waypost.engine.people import alias_of
from waypost.model.events import Event
from waypost.model.people import Alias, Claim, Id, PersonId, Undo, anonymous, user
from waypost.model.values import Json
from waypost.runtime.identity import Identities
from waypost.runtime.stores import people as store
from waypost.runtime.stores.log import Log


@dataclass(frozen=True, slots=True)
class Relinked:
    """Whose logs new links may change; and of them, who is new and takes over all that one anonymous id did alone."""

    people: set[PersonId] = field(default_factory=set)
    heirs: Mapping[PersonId, Id] = field(default_factory=dict)


def ids_of(event: Event) -> list[Id]:
    """Every id that an event names."""
    found = []
    if event.user_id is not None:
        found.append(user(event.user_id))
    if event.anonymous_id is not None:
        found.append(anonymous(event.anonymous_id))
    if event.kind == "alias" and event.previous_id is not None:
        found += [user(event.previous_id), anonymous(event.previous_id)]
    return found


def undo_of(event: Event) -> Undo:
    """What an `undo` entry takes back.

    Raises:
        ValueError: Where the entry is not one that `lookup.undo_link` wrote.
    """
    said = event.properties
    one, other, start, end = (said.get(key) for key in ("one", "other", "start", "end"))
    if isinstance(one, str) and isinstance(other, str) and isinstance(start, int) and isinstance(end, int):
        return Undo(one, other, start, end)
    raise ValueError(f"the entry {event.message_id} is no undo: {dict[str, Json](said)}")


def relink(log: Log, identities: Identities, events: Sequence[Event], fresh: set[Id]) -> Relinked:
    """Keep what these appended events say of links; whose logs it may change.

    `fresh` are ids that the store met with this batch: nothing was folded of them yet.
    """
    pairs: dict[tuple[Id, Id], None] = {}
    around: set[Id] = set()
    signed_in: set[Id] = set()
    more: dict[Id, list[Claim]] = {}
    aliases: list[Alias] = []
    undos: list[tuple[str, Undo]] = []
    for event in events:
        if event.user_id is not None and event.anonymous_id is not None:
            one, other = anonymous(event.anonymous_id), user(event.user_id)
            if not identities.linked(one, other):
                if identities.is_plain(one):
                    pairs[one, other] = None
                    if one not in fresh and log.has(identities.number_of(one)):
                        signed_in.add(one)
                else:
                    more.setdefault(one, []).append(_claim(event.anonymous_id, event.user_id, event))
            elif identities.is_shared(one):
                more.setdefault(one, []).append(_claim(event.anonymous_id, event.user_id, event))
        if event.kind == "alias" and event.user_id is not None and event.previous_id is not None:
            aliases.append(alias_of(event, event.previous_id, event.user_id))
            pairs[anonymous(event.previous_id), user(event.user_id)] = None
            around |= {user(event.previous_id), user(event.user_id), anonymous(event.previous_id)}
        elif event.kind == "undo":
            undo = undo_of(event)
            undos.append((event.message_id, undo))
            around |= {id_ for name in (undo.one, undo.other) for id_ in (user(name), anonymous(name))}
    moved = {person for one, claims in more.items() for person in identities.claim(one, claims)}
    if not (pairs or around):
        return Relinked(moved)
    if not (around or undos):
        # Nearly every claim is the first of its id: its events are the claimant's now, and nobody else is concerned.
        identities.link(list(pairs))
        return _signed_in(identities, signed_in, fresh, moved)
    around |= signed_in
    known = {identity for identity in around if identities.find(identity)}
    involved = _circles(identities, known)
    people = _people(identities, known | involved)
    for alias in aliases:
        identities.alias(alias)
    for message_id, undo in undos:
        store.add_undo(log.database, message_id, undo)
    identities.link(list(pairs))
    if undos:
        identities.forget()
        identities.number({identity for event in events for identity in ids_of(event)} | known | involved)
    elif aliases:
        identities.merged(known | involved | _circles(identities, known))
    involved |= _circles(identities, known)
    return Relinked(people | moved | _people(identities, known | involved))


def _signed_in(identities: Identities, claimed: Iterable[Id], fresh: set[Id], moved: set[PersonId]) -> Relinked:
    """Of anonymous ids with a log of their own that were claimed for the first time; others' events have `moved`."""
    again = set(moved)
    left: dict[PersonId, list[Id]] = {}
    for one in claimed:
        claimants = identities.claimants(one)
        again |= {PersonId(one), *claimants}
        for person in claimants:
            left.setdefault(person, []).append(one)
    heirs = {
        person: ids[0]
        for person, ids in left.items()
        if len(ids) == 1 and Id(person) in fresh and person not in moved and not identities.is_shared(ids[0])
    }
    return Relinked(again, heirs)


def _claim(anonymous_id: str, user_id: str, event: Event) -> Claim:
    return Claim(anonymous_id, user_id, event.at, event.message_id)


def _circles(identities: Identities, ids: Iterable[Id]) -> set[Id]:
    return {identity for identity in identities.circles(ids) if identities.find(identity)}


def _people(identities: Identities, ids: Iterable[Id]) -> set[PersonId]:
    """The people to whom these ids belong, at whatever time, and the people they would be alone."""
    found = {PersonId(identity) for identity in ids}
    found |= {person for identity in ids if (person := identities.person(identity)) is not None}
    return found
