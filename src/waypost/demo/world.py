"""Pretend people of Harbour with known habits, as the messages that their devices and the help desk would send.

Chance comes in as a seeded generator, and habits are dealt from a deck, so that what is true of the people is known
before anything is measured: `TRUTH` says where each habit ends up, and tests hold the engine to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, assert_never

from waypost.model.time import DAY, HOUR, MINUTE, SECOND, Duration, Instant, write_instant
from waypost.model.values import Json


class Habit(StrEnum):
    """What a pretend person is like."""

    QUICK = "quick finisher"
    RETURNER = "returner"
    EXPLORER = "explorer"
    STUCK = "stuck at setup"
    ONE_VISIT = "one visit"


DECK: Final[Mapping[Habit, int]] = {
    Habit.QUICK: 4,
    Habit.RETURNER: 5,
    Habit.EXPLORER: 3,
    Habit.STUCK: 5,
    Habit.ONE_VISIT: 3,
}
"""How many of every twenty people have a habit."""

TRUTH: Final[Mapping[Habit, tuple[str, frozenset[str]]]] = {
    Habit.QUICK: ("regular", frozenset({"setup", "aha", "habit"})),
    Habit.RETURNER: ("regular", frozenset({"setup", "aha", "habit"})),
    Habit.EXPLORER: ("builder", frozenset({"setup"})),
    Habit.STUCK: ("builder", frozenset()),
    Habit.ONE_VISIT: ("newcomer", frozenset()),
}
"""The stage and the milestones of everyone with a habit, `SETTLED` after signup."""

SETTLED: Final[Duration] = 12 * DAY

_NAMES: Final = (
    *(
        "Ada",
        "Ben",
        "Cy",
        "Dara",
        "Eli",
        "Fay",
        "Gus",
        "Hana",
        "Ines",
        "Jon",
        "Kim",
        "Lea",
        "Max",
        "Noor",
        "Ola",
        "Pia",
    ),
    *("Quinn", "Rosa", "Sam", "Tariq", "Uma", "Vera", "Wim", "Xenia", "Yara", "Zoe"),
)
_FEATURES: Final = ("filters", "charts", "comments", "schedules", "alerts", "formulas")


@dataclass(frozen=True, slots=True)
class Sent:
    """One message and the instant at which it reaches Waypost (later than its timestamp where a phone was offline)."""

    arrives: Instant
    message: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Actor:
    """One pretend person: the user id they sign up with, their habit, and all that they will send."""

    user_id: str
    first_name: str
    habit: Habit
    signup: Instant
    sent: tuple[Sent, ...]


def actors(chance: Random, count: int, start: Instant, span: Duration) -> tuple[Actor, ...]:
    """`count` people who sign up during the first part of `span`; the first, Ada, is a returner and comes at once."""
    deck: list[Habit] = []
    cast: list[Actor] = []
    for number in range(count):
        if not deck:
            deck = [habit for habit, cards in DECK.items() for _ in range(cards)]
            chance.shuffle(deck)
        habit = deck.pop(deck.index(Habit.RETURNER)) if number == 0 else deck.pop()
        signup = start + 2 * HOUR + (0 if number == 0 else int(chance.random() ** 1.3 * (span - 4 * HOUR)))
        cast.append(_live(chance, number, habit, signup))
    return tuple(cast)


def reaction(chance: Random, actor: Actor, channel: str) -> str | None:
    """What the person does with a step that was shown, as the name of its event; None where they let it be."""
    if channel == "checklist":
        return None  # its `done_when` says when it is done
    drawn = chance.random()
    if actor.habit in (Habit.QUICK, Habit.RETURNER):
        return "Step Completed" if drawn < 0.7 else None
    return "Step Dismissed" if drawn < 0.4 else None


def in_order(cast: Iterable[Actor]) -> list[Sent]:
    """Everybody's messages as they reach Waypost."""
    return sorted((sent for actor in cast for sent in actor.sent), key=lambda sent: sent.arrives)


class _Diary:
    """What one person does, written down as it goes; `at` is where their time stands."""

    def __init__(self, chance: Random, user_id: str, signup: Instant) -> None:
        self.chance = chance
        self.user_id = user_id
        self.at = signup
        self.device = "laptop"
        self.known = False
        self.delay: Duration = 0
        self.sent: list[Sent] = []

    def after(self, least: Duration, most: Duration) -> None:
        """Let some time pass."""
        self.at += self.chance.randrange(least, most) // SECOND * SECOND

    def chooses(self, *options: str) -> str:
        return self.chance.choice(options)

    def does(self, event: str, **properties: Json) -> None:
        self._send({"type": "track", "event": event, "properties": properties})

    def reads(self, path: str) -> None:
        self._send({"type": "page", "name": path.strip("/").title() or "Home", "properties": {"path": path}})

    def signs_in(self, **traits: Json) -> None:
        """From here on this device's messages carry both ids."""
        self.known = True
        self._send({"type": "identify", "traits": traits})

    def takes(self, device: str) -> None:
        """Pick up another device, where the person is not signed in yet."""
        self.device, self.known = device, False

    def asks_support(self, event: str, **properties: Json) -> None:
        """What the help desk sends, from its own server: it knows the user id only."""
        body: dict[str, Json] = {"type": "track", "event": event, "properties": properties}
        self._write({**body, "userId": self.user_id, "context": {"source": "support"}})

    def _send(self, body: dict[str, Json]) -> None:
        ids: dict[str, Json] = {"anonymousId": f"{self.user_id}-{self.device}"}
        if self.known:
            ids["userId"] = self.user_id
        self._write({**body, **ids, "context": {"source": "ios" if self.device == "phone" else "web"}})

    def _write(self, body: dict[str, Json]) -> None:
        message: dict[str, Json] = {
            "messageId": f"{self.user_id}-{len(self.sent):03}",
            "timestamp": write_instant(self.at),
            **body,
        }
        self.sent.append(Sent(self.at + self.delay, message))
        self.after(5 * SECOND, 40 * SECOND)


def _live(chance: Random, number: int, habit: Habit, signup: Instant) -> Actor:
    name = _NAMES[number % len(_NAMES)]
    user_id = name.lower() if number < len(_NAMES) else f"{name.lower()}-{number // len(_NAMES) + 1}"
    diary = _Diary(chance, user_id, signup)
    if number == 0 or chance.random() < 0.5:  # looked around before anybody knew who that was
        diary.device = "phone" if habit is Habit.RETURNER else "laptop"
        diary.at = signup - chance.randrange(10 * MINUTE, 100 * MINUTE)
        diary.reads("/")
        diary.reads("/pricing")
    diary.device, diary.at = "laptop", signup
    plan = "team" if chance.random() < 0.3 else "free"
    diary.signs_in(first_name=name, plan=plan, email=f"{user_id}@harbour.example", team_size=chance.randrange(1, 9))
    signup = diary.at
    diary.does("signed_up", plan=plan)
    diary.reads("/home")
    match habit:
        case Habit.QUICK:
            _finish_quickly(diary)
        case Habit.RETURNER:
            _come_back(diary)
        case Habit.EXPLORER:
            _explore(diary)
        case Habit.STUCK:
            _get_stuck(diary)
        case Habit.ONE_VISIT:
            pass
        case _:
            assert_never(habit)
    return Actor(user_id, name, habit, signup, tuple(diary.sent))


def _set_up(diary: _Diary) -> None:
    diary.does("workspace_created", template=diary.chooses("sales", "support", "blank"))
    diary.after(2 * MINUTE, 15 * MINUTE)
    diary.does(
        "source_connected", kind=diary.chooses("postgres", "sheet", "csv"), rows=diary.chance.randrange(90, 9000)
    )


def _finish_quickly(diary: _Diary) -> None:
    _set_up(diary)
    diary.after(2 * MINUTE, 9 * MINUTE)
    diary.reads("/reports")
    diary.does("report_created", template="weekly")
    diary.does("report_shared", audience="team")
    diary.does("invite_sent", seats=diary.chance.randrange(1, 5))
    if diary.chance.random() < 0.5:
        diary.does("integrations_viewed")
        if diary.chance.random() < 0.5:
            diary.does("integration_installed", name=diary.chooses("chat", "mail"))
    _keep_reading(diary, visits=5)


def _come_back(diary: _Diary) -> None:
    diary.after(1 * HOUR, 3 * HOUR)
    diary.does("workspace_created", template="blank")
    diary.after(18 * HOUR, 26 * HOUR)
    diary.reads("/home")
    diary.does("source_connected", kind="sheet")
    diary.does("error_shown", code="bad_column")
    diary.after(16 * HOUR, 30 * HOUR)
    diary.takes("phone")  # the phone they looked around on; signing in makes its history theirs
    diary.reads("/reports")
    diary.signs_in()
    diary.does("report_created", template="weekly")
    diary.after(3 * MINUTE, 20 * MINUTE)
    if diary.chance.random() < 0.3:
        diary.delay = diary.chance.randrange(5 * HOUR, 30 * HOUR)  # no network: the phone sends it later
    diary.does("shareReport", shared_with="team")  # what the old app calls it
    diary.delay = 0
    _keep_reading(diary, visits=6)


def _keep_reading(diary: _Diary, visits: int) -> None:
    for _ in range(visits):
        diary.after(20 * HOUR, 28 * HOUR)
        diary.does("login")
        diary.does("report_viewed", seconds=round(diary.chance.uniform(0.2, 3.0), 2))
        if diary.chance.random() < 0.3:
            diary.does("feature_used", feature=diary.chooses(*_FEATURES))
        if diary.chance.random() < 0.2:
            diary.does("plan_viewed", plan=diary.chooses("team", "business"))


def _explore(diary: _Diary) -> None:
    _set_up(diary)
    for feature in diary.chance.sample(_FEATURES, 4):
        diary.does("feature_used", feature=feature)
        diary.after(1 * MINUTE, 20 * MINUTE)
    diary.does("plan_viewed", plan="business")
    diary.after(20 * HOUR, 50 * HOUR)
    diary.reads("/reports")
    diary.does("report_created", template="blank")
    diary.does("integrations_viewed")
    diary.does("feature_used", feature=diary.chooses(*_FEATURES))


def _get_stuck(diary: _Diary) -> None:
    diary.does("workspace_created", template="blank")
    diary.after(1 * MINUTE, 10 * MINUTE)
    diary.reads("/sources/new")
    if diary.chance.random() < 0.6:
        for _ in range(diary.chance.randrange(3, 6)):
            diary.does("error_shown", code=diary.chooses("timeout", "bad_password"))
    if diary.chance.random() < 0.4:
        diary.after(10 * MINUTE, 2 * HOUR)
        diary.asks_support("ticket_opened", topic="cannot connect")
        diary.after(3 * HOUR, 30 * HOUR)
        diary.asks_support("ticket_closed")
    if diary.chance.random() < 0.5:
        diary.after(60 * HOUR, 90 * HOUR)  # back after the two days that make a stall, and away again
        diary.reads("/home")
