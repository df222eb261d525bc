"""Crowds: the people of many worlds in one log, so that one set of definitions meets many lives at once."""

from collections.abc import Iterator

import msgspec

from tests.laws import worlds
from tests.laws.worlds import World
from waypost.model.events import Event
from waypost.model.people import Undo


def crowd(seed: int, size: int) -> World:
    """The definitions of one world, and the logs of `size` worlds, their ids kept apart."""
    first = worlds.seeded(seed)
    lives = [first, *(worlds.seeded(1_000_000 + seed * 1000 + number) for number in range(1, size))]
    events = [event for number, life in enumerate(lives) for event in _apart(number, life.events)]
    undos = tuple(
        Undo(f"{number}-{undo.one}", f"{number}-{undo.other}", undo.start, undo.end)
        for number, life in enumerate(lives)
        for undo in life.undos
    )
    asked = sorted({at for life in lives[:2] for at in life.asked})
    return World(first.definitions, tuple(events), undos, tuple(asked))


def _apart(number: int, events: tuple[Event, ...]) -> Iterator[Event]:
    """The events with the number of their world before every id."""

    def renamed(name: str | None) -> str | None:
        return None if name is None else f"{number}-{name}"

    for event in events:
        yield msgspec.structs.replace(
            event,
            message_id=f"{number}-{event.message_id}",
            user_id=renamed(event.user_id),
            anonymous_id=renamed(event.anonymous_id),
            previous_id=renamed(event.previous_id),
        )
