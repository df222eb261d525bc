"""Invents worlds: definitions, and the log of a few people with several devices, ties, late arrivals and odd values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from tests.laws import rules
from tests.laws.dice import Dice, Drawn, Seeded, chance, pick
from tests.laws.predicates import BASE
from waypost.model.changes import Definitions
from waypost.model.events import Event, Kind
from waypost.model.people import Undo
from waypost.model.time import DAY, HOUR, Instant
from waypost.model.values import Json

OWN: Final = "Step Shown"
"""What the page tells about our own step is no doing of the product's."""
USERS: Final = ("ada", "ben", "cy")
DEVICES: Final = ("phone", "web", "ben")
"""An anonymous id may look like a user's."""
VALUES: Final[Mapping[str, Sequence[Json]]] = {
    "x": (1, 2, 3, 0, 1.5, 2.5, 1, 0.1, -1, 3.0, 0.0000005, "1", True, None, 10**13, 999999999999.5, [1], {"deep": 1}),
    "y": ("p", "q", "p", "pq", "", "1", "é", "P", 1, False, None, ["p"]),
    "f": (True, False, True, "true", 1, None),
    "z": (
        "2026-03-28T20:00:00Z",
        "2026-03-28T22:00:00+02:00",
        "2026-03-29T20:00:00.000001z",
        "2026-02-30T00:00:00Z",
        "2026-03-28",
        "2026-03-28T20:00:00",
        5,
        None,
    ),
    "l": ([1], {"k": 1}, [], "p", 1, None),
    "user_id": ("u:ada", "p", 1, None),
    "n": (
        {"deep": 1},
        {"deep": 2},
        {"deep": "p"},
        {"deep": [1]},
        {"other": 1},
        "p",
        None,
        {"deep": {"er": 1}},
        {"deep": True},
    ),
}
TRAIT_VALUES: Final[Mapping[str, Sequence[Json]]] = {
    "plan": ("p", "q", None, 1, True, ["p", 1], ["p", 1.0], [], {"k": 1}, {"k": 1.0}, [True, "1", None, ["p"]]),
    "size": (1, 2, 1.0, 1.5, None, "1", 10**13, False),
    "deep": ({"er": "p"}, {"er": 1, "x": 1}, {"er": 1, "x": 2}, {"x": 1}, {"er": None}, None, "p", {"er": ["p"]}),
}


@dataclass(frozen=True)
class World:
    """Definitions, a log in the order in which it arrived, links taken back, and instants to ask about."""

    definitions: Definitions
    events: tuple[Event, ...]
    undos: tuple[Undo, ...]
    asked: tuple[Instant, ...]


def seeded(seed: int) -> World:
    """The world of a seed."""
    return world(Seeded(seed))


BLOCKS: Final = range(8)


def block(number: int, size: int = 25) -> Iterator[World]:
    """The worlds of so many seeds in a row, so that a test of many worlds takes one line for each block."""
    return map(seeded, range(number * size, (number + 1) * size))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any world, for Hypothesis."""
    return world(Drawn(draw))


def world(dice: Dice) -> World:
    """Any world."""
    definitions = rules.definitions(dice)
    events = log(dice, dice.number(1, 24))
    return World(definitions, events, undos(dice, events), asked(dice, events))


def log(dice: Dice, size: int) -> tuple[Event, ...]:
    """Events of a few people, as they arrived."""
    few, hours = pick(dice, (1, 1, 1, 2, 3)), pick(dice, (30, 12, 5, 5))
    events = [event(dice, index, few, hours) for index in range(size)]
    return tuple(sorted(events, key=lambda one: one.received_at))


def event(dice: Dice, index: int, few: int, hours: int) -> Event:
    """One message of one of a few people; in few hours many fall together."""
    kinds: tuple[Kind, ...] = ("track",) * 8 + ("page", "page", "identify", "identify", "screen", "alias", "group")
    kind = pick(dice, kinds)
    user, device = pick(dice, USERS[:few]), pick(dice, DEVICES[:few])
    who = dice.number(0, 2)
    at = instant(dice, hours)
    lag = pick(dice, (0, 0, 0, HOUR, 3 * HOUR, DAY, 3 * DAY, -2 * HOUR))
    names = {"page": ("page",), "screen": ("screen",), "track": TRACKED}.get(kind, ("",))
    return Event(
        message_id=f"{pick(dice, ('m', 'M', 'é', chr(0xFFEE), chr(0x1F600)))}{index}",
        kind=kind,
        name=pick(dice, names),
        at=at,
        user_id=user if who != 1 or kind == "alias" else None,
        anonymous_id=device if who != 0 and kind != "alias" else None,
        properties=properties(dice, kind),
        source=pick(dice, ("web", "ios", "server")),
        received_at=at + lag,
        previous_id=pick(dice, (*DEVICES[:few], *USERS[:few])) if kind == "alias" else None,
        group_id="acme" if kind == "group" else None,
        imported=chance(dice, 10),
    )


TRACKED: Final = (
    "a",
    "b",
    "signed_up",
    "a",
    "c",
    "A!",
    "Bee",
    "The a",
    "other",
    "page",
    "Seen",
    "identify",
    "Step Shown",
    "Experiment Viewed",
)


def properties(dice: Dice, kind: Kind) -> dict[str, Json]:
    """What the message carries: few of the properties, of any type, under either name."""
    if kind in {"alias", "group"}:
        return {}
    source = TRAIT_VALUES if kind == "identify" else VALUES
    found: dict[str, Json] = {}
    for key, values in source.items():
        if not chance(dice, 70):
            continue
        sent = {"x": "ex", "y": "why"}.get(key, key) if chance(dice, 20) else key
        found[sent] = pick(dice, values)
        if sent != key and chance(dice, 20):
            found[key] = pick(dice, values)
    return found


def instant(dice: Dice, hours: int) -> Instant:
    """An instant on a grid of hours, sometimes a microsecond beside it."""
    return BASE + dice.number(0, hours) * HOUR + pick(dice, (0, 0, 0, 0, 1, -1))


def undos(dice: Dice, events: Sequence[Event]) -> tuple[Undo, ...]:
    """One link taken back, in some worlds."""
    links = [(one.user_id, one.previous_id or one.anonymous_id, one.at) for one in events]
    pairs = [(user, other, at) for user, other, at in links if user and other]
    if not pairs or not chance(dice, 25):
        return ()
    user, other, at = pick(dice, pairs)
    start = at - pick(dice, (0, HOUR, DAY))
    return (Undo(*((user, other) if chance(dice, 50) else (other, user)), start, at + pick(dice, (0, HOUR, DAY))),)


def asked(dice: Dice, events: Sequence[Event]) -> tuple[Instant, ...]:
    """Instants at and around events and ends of windows, and one when all is over."""
    instants = {
        pick(dice, events).at + pick(dice, (0, 0, *rules.DURATIONS)) + pick(dice, (0, 1, -1))
        for _ in range(dice.number(1, 3))
    }
    end = max(one.at for one in events)
    return (*sorted(instants), end, end + 3 * DAY)
