"""Keeps a scene up to date: asks the server what became of the people, as their product and its team would.

A page that somebody opens asks `next`, and what it is given is shown and answered; everybody else is looked at in turn,
so that what changes by the passing of time is seen too.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from waypost.demo.server import Client
from waypost.demo.view import Followed, Movement, Scene
from waypost.demo.world import SETTLED, TRUTH, Actor, Habit, Sent, reaction
from waypost.model.time import DAY, Instant, parse_instant, write_instant
from waypost.model.values import Json

ASKED_AT_ONCE: Final = 6
LOOKED_AT_ONCE: Final = 20
"""How many people are asked about in one step of the clock, and looked at for one picture."""
BORED: Final = 3 * DAY
"""After so long without news another person is followed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last known of one person."""

    stage: str | None = None
    segments: frozenset[str] = frozenset()
    milestones: frozenset[str] = frozenset()


@dataclass(slots=True)
class Observer:
    """Asks with `client`, and writes into `scene`. `cast` are the people by user id, in the order of their signup."""

    client: Client
    scene: Scene
    cast: Mapping[str, Actor]
    chance: Random
    seen: dict[str, Seen] = field(default_factory=dict)
    news: dict[str, None] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    turn: deque[str] = field(default_factory=deque)
    heard_at: Instant = 0
    movements: list[Movement] = field(default_factory=list)

    def told(self, batch: Sequence[Sent], now: Instant) -> list[dict[str, Json]]:
        """Take note of what was sent; pages ask `next`. Returns what comes back from the steps that were shown."""
        self.scene.sent += len(batch)
        pages: dict[str, str | None] = {}
        for sent in batch:
            user_id = sent.message.get("userId")
            if not isinstance(user_id, str):
                continue
            self.news[user_id] = None
            if user_id not in self.seen:
                self.seen[user_id] = Seen()
                self.turn.append(user_id)
            if self._follows(user_id):
                self.heard_at = now
                pages.setdefault(user_id, None)
            if sent.message["type"] == "page" and (len(pages) < ASKED_AT_ONCE or user_id in pages):
                properties = sent.message["properties"]
                path = properties.get("path") if isinstance(properties, Mapping) else None
                pages[user_id] = path if isinstance(path, str) else None
        return [message for user_id, page in pages.items() for message in self._ask(user_id, page, now)]

    def look(self, now: Instant) -> None:
        """Bring the scene up to date for a picture."""
        self._choose(now)
        for _ in range(min(LOOKED_AT_ONCE, len(self.turn))):
            self.news[self.turn[0]] = None
            self.turn.rotate(-1)
        self.look_at(list(self.news)[: 2 * LOOKED_AT_ONCE], now)
        scene = self.scene
        scene.now = now
        scene.people = len(self.seen)
        scene.before, scene.stages = scene.stages, _counted(scene.stages, (one.stage for one in self.seen.values()))
        inside = (name for one in self.seen.values() for name in one.segments)
        scene.segments = _counted(scene.segments, inside)
        scene.movements = self.movements

    def look_at(self, people: Iterable[str], now: Instant) -> None:
        """See where these people stand now."""
        for user_id in people:
            self.news.pop(user_id, None)
            self._note(user_id, self.client.ask(f"/v1/people/{user_id}"), now)

    def truth(self, now: Instant) -> list[tuple[Habit, int, int]]:
        """For each habit: how many people had their time, and how many of them stand where they were planted."""
        self.look_at(list(self.seen), now)
        settled = [
            actor for actor in self.cast.values() if actor.signup + SETTLED <= now and actor.user_id in self.seen
        ]
        rows = []
        for habit, (stage, milestones) in TRUTH.items():
            ours = [self.seen[actor.user_id] for actor in settled if actor.habit is habit]
            rows.append((habit, len(ours), sum(one.stage == stage and one.milestones == milestones for one in ours)))
        return rows

    def _ask(self, user_id: str, page: str | None, now: Instant) -> list[dict[str, Json]]:
        answer = self.client.next(user_id, page)
        self._note(user_id, answer, now)
        self.news.pop(user_id, None)
        steps = _rows(answer["steps"])
        if self.scene.followed is not None and self._follows(user_id):
            self.scene.followed = replace(
                self.scene.followed,
                asked_at=now,
                page=page,
                stage=self.seen[user_id].stage,
                segments=sorted(self.seen[user_id].segments),
                milestones=list(_reached(answer["milestones"])),
                steps=[(str(step["step"]), str(step["channel"]), str(step["because"])) for step in steps],
                not_now=[(str(one["step"]), str(one["reason"])) for one in _rows(answer["not_now"])],
                holdout=answer["holdout"] is True,
            )
        return [message for step in steps for message in self._answers(user_id, step, str(answer["decision_id"]), now)]

    def _answers(self, user_id: str, step: Mapping[str, Json], decision: str, now: Instant) -> list[dict[str, Json]]:
        """The step is on the page: it was shown, and perhaps done or closed."""
        key = f"{decision}-{step['step']}"
        if key in self.shown:
            return []
        self.shown.add(key)
        done = reaction(self.chance, self.cast[user_id], str(step["channel"]))
        return [
            {
                "type": "track",
                "messageId": f"{key}-{name.split()[-1].lower()}",
                "userId": user_id,
                "timestamp": write_instant(now),
                "event": name,
                "properties": {"step": step["step"], "decision_id": decision},
                "context": {"source": "web"},
            }
            for name in ("Step Shown", done)
            if name is not None
        ]

    def _note(self, user_id: str, told: Mapping[str, Json], now: Instant) -> None:
        stage, segments = told["stage"], told["segments"]
        reached = _reached(told["milestones"])
        present = Seen(
            stage if isinstance(stage, str) else None,
            frozenset(str(name) for name in segments) if isinstance(segments, list) else frozenset(),
            frozenset(reached),
        )
        past = self.seen.get(user_id, Seen())
        self.seen[user_id] = present
        for name in sorted(present.milestones - past.milestones, key=lambda name: reached[name]):
            self.movements.append(Movement(reached[name], user_id, f"reached {name}"))
        if present.stage != past.stage:
            what = f"begins as {present.stage}" if past.stage is None else f"{past.stage} → {present.stage}"
            self.movements.append(Movement(now, user_id, what))
        for name in sorted(present.segments - past.segments):
            self.movements.append(Movement(now, user_id, f"is {name}"))
        for name in sorted(past.segments - present.segments):
            self.movements.append(Movement(now, user_id, f"no longer {name}"))

    def _follows(self, user_id: str) -> bool:
        return self.scene.followed is not None and self.scene.followed.name == user_id

    def _choose(self, now: Instant) -> None:
        """Follow somebody; somebody else when they are through, or have long been silent."""
        followed = self.scene.followed
        if followed is not None and (followed.stage == "regular" or now - self.heard_at > BORED):
            followed = None
        if followed is None:
            last = self.scene.followed.habit if self.scene.followed is not None else None
            coming = [
                actor
                for actor in self.cast.values()
                if actor.signup > now - DAY // 24 and actor.habit not in (last, Habit.ONE_VISIT)
            ]
            if coming:
                self.scene.followed = Followed(coming[0].user_id, coming[0].habit)
                self.heard_at = coming[0].signup


def _counted(names: Iterable[str], met: Iterable[str | None]) -> dict[str, int]:
    """How often each name was met, in the order of `names`."""
    counts = Counter(met)
    return {name: counts[name] for name in names}


def _rows(value: Json) -> list[Mapping[str, Json]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _reached(milestones: Json) -> dict[str, Instant]:
    """When each milestone was reached, for those that were."""
    if not isinstance(milestones, dict):
        return {}
    instants = {name: parse_instant(at) for name, at in milestones.items() if isinstance(at, str)}
    return {name: at for name, at in sorted(instants.items(), key=lambda one: one[1] or 0) if at is not None}
