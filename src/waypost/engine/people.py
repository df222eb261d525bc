"""Which ids are one person, decided by the set of links alone (semantics.md 8).

A link counts whatever its time and whenever it arrived: whose an event is can only be said once all links are known,
and is the same in every order of arrival. Nothing here looks at what people did.
"""

from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Sequence

from waypost.model.events import ENTRIES, VERIFIED, Event
from waypost.model.people import Alias, Claim, Id, PersonId, Undo, anonymous, bare, user
from waypost.model.time import Instant


def links_of(events: Iterable[Event]) -> tuple[list[Claim], list[Alias]]:
    """The links that a set of events makes: a claim by every message with both ids, a merge by every alias."""
    claims: list[Claim] = []
    aliases: list[Alias] = []
    for event in events:
        user_id = event.user_id
        if user_id is None or event.kind in ENTRIES:
            continue
        if event.anonymous_id is not None:
            claims.append(Claim(event.anonymous_id, user_id, event.at, event.message_id))
        if event.kind == "alias" and event.previous_id is not None:
            aliases.append(alias_of(event, event.previous_id, user_id))
    return claims, aliases


def alias_of(event: Event, previous_id: str, user_id: str) -> Alias:
    """The merge that an alias message makes; its one property, which Waypost alone writes, may verify it."""
    verified = event.properties.get(VERIFIED) is True
    return Alias(previous_id, user_id, event.at, event.message_id, verified)


class Links:
    """Who is who, given all claims, aliases and what was undone. The order in which they are given changes nothing."""

    def __init__(self, claims: Iterable[Claim], aliases: Iterable[Alias], undos: Iterable[Undo] = ()) -> None:
        self._undone = undone = _Undone(undos)
        merges = [alias for alias in aliases if not undone.takes(alias.previous_id, alias.user_id, alias.at)]
        self._claims: dict[str, list[tuple[Instant, str, str]]] = {}
        for claim in claims:
            if not undone.takes(claim.anonymous_id, claim.user_id, claim.at):
                self._claim(claim.anonymous_id, claim.at, claim.message_id, claim.user_id)
        for alias in merges:
            self._claim(alias.previous_id, alias.at, alias.message_id, alias.user_id)
        for history in self._claims.values():
            history.sort()
        self._circles = _circles(merges)
        verified = [alias for alias in merges if alias.verified]
        self._verified = frozenset(alias.message_id for alias in verified)
        self._vouched = _circles(verified) if verified else {}
        self._names: dict[int, str] = {}
        for alias in sorted(merges, key=lambda alias: (alias.at, alias.message_id)):
            # The latest merge of a circle names the person: its `user_id` is the id that was moved to.
            self._names[id(self._circles[alias.user_id])] = alias.user_id

    def take(self, claims: Iterable[Claim]) -> None:
        """Take in more claims, as though they had been given with the others."""
        for claim in claims:
            if not self._undone.takes(claim.anonymous_id, claim.user_id, claim.at):
                history = self._claims.setdefault(claim.anonymous_id, [])
                insort(history, (claim.at, claim.message_id, claim.user_id))

    def first(self, anonymous_id: str) -> Instant | None:
        """The instant of the first claim of an anonymous id; None where nobody claimed it, or all was taken back."""
        history = self._claims.get(anonymous_id)
        return history[0][0] if history else None

    def person(self, identity: Id, at: Instant | None = None) -> PersonId:
        """The person an id stands for; an anonymous id may change hands, so say at which instant (None: at last)."""
        name = bare(identity)
        if identity[0] == "u":
            return self._user(name)
        history = self._claims.get(name)
        if history is None:
            return PersonId(identity)
        return self._user(history[-1 if at is None else _latest(history, at)][2])

    def owner(self, event: Event) -> PersonId:
        """The person an event belongs to: its user, else whoever claimed its anonymous id last before it, or first."""
        if event.user_id is not None:
            return self._user(event.user_id)
        if event.anonymous_id is None:
            raise ValueError(f"event {event.message_id!r} has neither a user id nor an anonymous id: it is nobody's")
        return self.person(anonymous(event.anonymous_id), event.at)

    def ids(self, person: PersonId) -> frozenset[Id]:
        """Every id of a person: merged users, and the anonymous ids that they claimed at any time."""
        name = bare(person)
        if person[0] == "a":
            return frozenset() if name in self._claims else frozenset({Id(person)})
        circle = self._circles.get(name, frozenset({name}))
        if self._user(name) != person:
            return frozenset()
        claimed = {claimed for claimed, history in self._claims.items() if any(by in circle for *_, by in history)}
        return frozenset(map(user, circle)) | frozenset(map(anonymous, claimed))

    def vouched(self, user_id: str) -> frozenset[str]:
        """The user ids that verified merges join with this one, this one too."""
        return frozenset(self._vouched.get(user_id, (user_id,)))

    def may_tell(self, event: Event, users: Collection[str]) -> bool:
        """Whether what an event says may be told to these users, who are one by verified merges.

        Anybody can claim an anonymous id, or merge two users, with the write key that every browser has. So an event
        with a user id is for that user alone; and for an anonymous id that others claimed too, whoever asks has to
        show a verified claim: their other claims count only where nobody else has any.
        """
        if event.user_id is not None:
            return event.user_id in users
        history = self._claims.get(event.anonymous_id or "", [])
        counting = [claim for claim in history if claim[2] not in users or claim[1] in self._verified]
        if not counting:
            return bool(history)
        return counting[_latest(counting, event.at)][2] in users

    def _claim(self, anonymous_id: str, at: Instant, message_id: str, user_id: str) -> None:
        self._claims.setdefault(anonymous_id, []).append((at, message_id, user_id))

    def _user(self, name: str) -> PersonId:
        circle = self._circles.get(name)
        return PersonId(user(name if circle is None else self._names[id(circle)]))


def _latest(history: Sequence[tuple[Instant, str, str]], at: Instant) -> int:
    """The place of the latest claim at or before an instant, else of the first."""
    # `(at + 1,)` sorts behind every claim at the instant itself, which counts, and before every later one.
    return max(bisect_right(history, (at + 1,)) - 1, 0)


class _Undone:
    """Which links were taken back: the pair in either order, and the range of time of its links."""

    def __init__(self, undos: Iterable[Undo]) -> None:
        self._ranges: dict[frozenset[str], list[tuple[Instant, Instant]]] = {}
        for undo in undos:
            self._ranges.setdefault(frozenset({undo.one, undo.other}), []).append((undo.start, undo.end))

    def takes(self, one: str, other: str, at: Instant) -> bool:
        """Whether a link of these two at `at` was taken back."""
        ranges = self._ranges.get(frozenset({one, other}), ()) if self._ranges else ()
        return any(start <= at <= end for start, end in ranges)


def _circles(aliases: Iterable[Alias]) -> dict[str, set[str]]:
    """For every merged user id the set of all that it was merged with, itself too; merged ids share one set."""
    circles: dict[str, set[str]] = {}
    for alias in aliases:
        one = circles.setdefault(alias.user_id, {alias.user_id})
        other = circles.setdefault(alias.previous_id, {alias.previous_id})
        if one is not other:
            large, small = (one, other) if len(one) >= len(other) else (other, one)
            large |= small
            circles.update((name, large) for name in small)
    return circles


def group_by_person(events: Iterable[Event], undos: Sequence[Undo] = ()) -> dict[PersonId, list[Event]]:
    """Every person's own log, in order. Of events with one message id the first counts (semantics.md 1)."""
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.message_id, event)
    links = Links(*links_of(first.values()), undos)
    people: dict[PersonId, list[Event]] = {}
    for event in sorted(first.values(), key=lambda event: (event.at, event.message_id)):
        people.setdefault(links.owner(event), []).append(event)
    return people
