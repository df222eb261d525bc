"""Writing into the log: each message id once, ids by their numbers, and Waypost's own entries beside their profile.

This file must not know what the entries mean; `advance` folds them.
"""

from collections.abc import Iterable, Sequence

from waypost.model.events import Event
from waypost.model.people import Id, PersonId
from waypost.runtime.bundle import Runtime
from waypost.runtime.links import ids_of
from waypost.runtime.profiles import Entry
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Cell
from waypost.runtime.stores.events import owner_id, write_properties
from waypost.runtime.stores.seen import digest


def append(runtime: Runtime, fresh: Sequence[Event]) -> set[Id]:
    """Write events into the log that are not in it; the ids that were met for the first time."""
    identities = runtime.identities
    new_ids = identities.number({identity for event in fresh for identity in ids_of(event)})
    number_of = identities.number_of
    rows: list[tuple[Cell, ...]] = []
    owners: list[int] = []
    external: list[tuple[str, str, int]] = []
    traits = runtime.live.definitions.external_ids
    for event in fresh:
        owner = number_of(owner_id(event))
        both = event.user_id is not None and event.anonymous_id is not None
        owners.append(owner)
        rows.append(
            (
                event.message_id,
                event.kind,
                event.name,
                event.at,
                event.received_at,
                number_of(Id(f"a:{event.anonymous_id}")) if both else None,
                event.source,
                write_properties(event.properties),
                event.previous_id,
                event.group_id,
                int(event.imported),
            )
        )
        if traits and event.kind == "identify":
            external += external_rows(event, traits, owner)
    append_rows(runtime, rows, owners, [digest(event.message_id) for event in fresh])
    if external:
        store.add_external(runtime.database, external)
    return new_ids


def append_rows(runtime: Runtime, rows: Sequence[Sequence[Cell]], owners: Sequence[int], hashes: Sequence[int]) -> None:
    """Write rows into the log whose message ids are new: cells from `message_id` to `imported`, owners, hashes."""
    runtime.log.append(rows, owners, hashes)


def external_rows(event: Event, traits: Sequence[str], owner: int) -> list[tuple[str, str, int]]:
    """What an identify says that can look its person up: value, trait, owner."""
    said = ((name, event.properties.get(name)) for name in traits)
    return [(value, name, owner) for name, value in said if isinstance(value, str) and value]


def append_own(runtime: Runtime, entry: Entry, person: PersonId, events: Iterable[Event]) -> None:
    """Append Waypost's own entries to a person's log, and let the profile remember them."""
    fresh = unseen(runtime, list(events))
    if not fresh:
        return
    append(runtime, fresh)
    for event in fresh:
        entry.profile.history.remember(event)
    entry.seq = runtime.log.last
    runtime.profiles.keep(person, entry)


def unseen(runtime: Runtime, events: Sequence[Event]) -> list[Event]:
    """The first of each message id, where the log has none (law 3)."""
    first = {event.message_id: event for event in reversed(events)}
    seen = runtime.log.known({message_id: digest(message_id) for message_id in first})
    if len(first) == len(events) and not seen:
        return list(events)
    return [event for event in events if first[event.message_id] is event and event.message_id not in seen]
