"""The oracle's identity: whose event it is, found by scanning all links (semantics.md 8)."""

from collections.abc import Iterable, Sequence

from waypost.model.events import Event
from waypost.model.people import Alias, Claim, PersonId, Undo
from waypost.model.time import Instant


def owned(events: Iterable[Event], undos: Sequence[Undo] = ()) -> dict[PersonId, list[Event]]:
    """Each person's events, in order; the first copy of a message id is the event (1)."""
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.message_id, event)
    everything = sorted(first.values(), key=lambda event: (event.at, event.message_id.encode()))
    claims, aliases = links(everything, undos)
    people: dict[PersonId, list[Event]] = {}
    for event in everything:
        people.setdefault(owner(event, claims, aliases), []).append(event)
    return people


def links(events: Iterable[Event], undos: Sequence[Undo]) -> tuple[list[Claim], list[Alias]]:
    """The links that stand: those of all events, whatever their time, less those taken back."""

    def stands(one: str, other: str, at: Instant) -> bool:
        return not any({one, other} == {undo.one, undo.other} and undo.start <= at <= undo.end for undo in undos)

    claims: list[Claim] = []
    aliases: list[Alias] = []
    for event in events:
        if event.user_id is None or event.kind in {"decision", "delivery", "undo"}:
            continue
        if event.anonymous_id is not None and stands(event.anonymous_id, event.user_id, event.at):
            claims.append(Claim(event.anonymous_id, event.user_id, event.at, event.message_id))
        if event.kind == "alias" and event.previous_id and stands(event.previous_id, event.user_id, event.at):
            aliases.append(Alias(event.previous_id, event.user_id, event.at, event.message_id))
            claims.append(Claim(event.previous_id, event.user_id, event.at, event.message_id))
    return claims, aliases


def owner(event: Event, claims: Sequence[Claim], aliases: Sequence[Alias]) -> PersonId:
    """Whose event it is."""
    if event.user_id is not None:
        return user_person(event.user_id, aliases)
    mine = sorted((x for x in claims if x.anonymous_id == event.anonymous_id), key=_when)
    if not mine:
        return PersonId(f"a:{event.anonymous_id}")
    before = [claim for claim in mine if claim.at <= event.at]
    return user_person((before[-1] if before else mine[0]).user_id, aliases)


def user_person(user_id: str, aliases: Sequence[Alias]) -> PersonId:
    """The person of a user id: all users that aliases join, called by the new id of the latest alias."""
    joined = {user_id}
    while True:
        mine = [alias for alias in aliases if alias.user_id in joined or alias.previous_id in joined]
        wider = joined | {alias.user_id for alias in mine} | {alias.previous_id for alias in mine}
        if wider == joined:
            return PersonId("u:" + (max(mine, key=_when).user_id if mine else user_id))
        joined = wider


def _when(link: Claim | Alias) -> tuple[Instant, bytes]:
    return link.at, link.message_id.encode()
