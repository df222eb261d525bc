"""Writing into the log: each message id once, ids by their numbers, and Waypost's own entries beside their profile.

This file must not know what the entries mean; `advance` folds them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waypost.model.events import Event
from waypost.model.people import Id, PersonId, anonymous
from waypost.runtime.bundle import Runtime
from waypost.runtime.cached import Entry
from waypost.runtime.links import ids_of
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Cell
from waypost.runtime.stores.events import owner_id, write_properties
from waypost.runtime.stores.seen import digest


@dataclass(frozen=True, slots=True)
class Fresh:
    """Events that the log did not have: with the hashes of their message ids, and the ids they are filed under."""

    events: Sequence[Event]
    hashes: Sequence[int]
    owners: Sequence[Id]


def unseen(runtime: Runtime, events: Sequence[Event]) -> Fresh:
    """The first of each message id, where the log has none (law 3)."""
    hashes = {event.message_id: digest(event.message_id) for event in events}
    seen = runtime.log.known(hashes)
    fresh: Sequence[Event] = events
    if len(hashes) < len(events):
        first = {event.message_id: event for event in reversed(events)}
        fresh = [event for event in events if first[event.message_id] is event]
    if seen:
        fresh = [event for event in fresh if event.message_id not in seen]
    if len(fresh) < len(events):
        return Fresh(fresh, [hashes[event.message_id] for event in fresh], [owner_id(event) for event in fresh])
    return Fresh(fresh, list(hashes.values()), [owner_id(event) for event in fresh])


def append(runtime: Runtime, fresh: Fresh) -> set[Id]:
    """Write events into the log that are not in it; the ids that were met for the first time."""
    identities = runtime.identities
    others = [
        anonymous(event.anonymous_id) if event.anonymous_id is not None and event.user_id is not None else None
        for event in fresh.events
    ]
    ids = {*fresh.owners, *(identity for identity in others if identity is not None)}
    for event in fresh.events:
        if event.previous_id is not None:
            ids.update(ids_of(event))
    new_ids = identities.number(ids)
    number_of, owners = identities.number_of, identities.numbers_of(fresh.owners)
    rows: list[tuple[Cell, ...]] = []
    external: list[tuple[str, str, int]] = []
    traits = runtime.live.definitions.external_ids
    for event, owner, other in zip(fresh.events, owners, others, strict=True):
        rows.append(
            (
                event.message_id,
                event.kind,
                event.name,
                event.at,
                event.received_at,
                None if other is None else number_of(other),
                event.source,
                write_properties(event.properties),
                event.previous_id,
                event.group_id,
                int(event.imported),
            )
        )
        if traits and event.kind == "identify":
            external += external_rows(event, traits, owner)
    runtime.log.append(rows, owners, fresh.hashes)
    if external:
        store.add_external(runtime.database, external)
    return new_ids


def external_rows(event: Event, traits: Sequence[str], owner: int) -> list[tuple[str, str, int]]:
    """What an identify says that can look its person up: value, trait, owner."""
    said = ((name, event.properties.get(name)) for name in traits)
    return [(value, name, owner) for name, value in said if isinstance(value, str) and value]


def append_own(runtime: Runtime, entry: Entry, person: PersonId, events: Iterable[Event]) -> None:
    """Append Waypost's own entries to a person's log, and let the profile remember them."""
    fresh = unseen(runtime, list(events))
    if not fresh.events:
        return
    append(runtime, fresh)
    for event in fresh.events:
        entry.profile.history.remember(event)
    entry.seq = runtime.log.last
    runtime.profiles.keep(person, entry)
