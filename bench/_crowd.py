"""A crowd of Harbour's pretend people for measuring: as many as wanted, each somewhere in a life of the demo's.

Whoever comes to the end of their life is followed by somebody new, so that signups, sign-ins on a second device, visits
and last words come in the proportions of the demo. A person's messages are in order in time; who comes next is drawn
from a seeded generator. Messages are JSON bytes cut at the places where ids and times go, so that making one costs
little beside reading it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import msgspec

from waypost.demo.world import actors
from waypost.model.time import DAY, SECOND, Duration, Instant, parse_instant, write_instant

LIVES: Final = 400
"""How many different lives there are; people share them."""

_SPREAD: Final = 2_654_435_761
_PLAIN: Final = 26
"""The first of the demo's people have ids without a number, such as `sam`, which other words contain."""

_WHO: Final = b"\x00who\x00"
_WHEN: Final = b"\x00when\x00"


@dataclass(slots=True)
class _Person:
    name: bytes
    life: int
    place: int


Life = list[tuple[Duration, bytes]]
"""The messages of a life: how long after the first each comes, and its JSON with marks for id and time."""


@cache
def lives(seed: int) -> list[Life]:
    """All the lives."""
    found = []
    for actor in actors(Random(seed), LIVES + _PLAIN, 0, 30 * DAY)[_PLAIN:]:
        messages: Life = []
        first = actor.sent[0].arrives
        for sent in actor.sent:
            message = {**sent.message, "timestamp": _WHEN.decode(), "context": {**_LIBRARY, **_context(sent.message)}}
            text = msgspec.json.encode(message).replace(b"\\u0000", b"\x00")
            at = parse_instant(str(sent.message["timestamp"])) or first
            messages.append((at - first, text.replace(actor.user_id.encode(), _WHO)))
        found.append(messages)
    return found


_LIBRARY: Final = {"library": {"name": "analytics-python", "version": "2.4.0"}}


def _context(message: object) -> dict[str, object]:
    context = message.get("context") if isinstance(message, dict) else None
    return dict(context) if isinstance(context, dict) else {}


class Crowd:
    """So many people. `shard` of `shards` is the part of them that one connection speaks for."""

    def __init__(self, people: int, seed: int = 1, *, shard: int = 0, shards: int = 1) -> None:
        self._chance = Random(seed * 1_000 + shard)
        self._lives = lives(seed)
        # Somebody who is met by chance is more likely in a long life than in a short one. Where each person is does
        # not depend on the shards.
        anywhere = [(life, place + 1) for life, messages in enumerate(self._lives) for place in range(len(messages))]
        self._people: list[_Person] = []
        for number in range(shard, people, shards):
            life, place = anywhere[number * _SPREAD % len(anywhere)]
            self._people.append(_Person(b"p%d" % number, life, place))

    def past(self) -> Iterator[list[tuple[Duration, bytes]]]:
        """What everybody has done already, person by person: how long before their latest message, and the message."""
        for person in self._people:
            life = self._lives[person.life]
            latest = life[person.place - 1][0]
            yield [(latest - life[place][0], self._say(person, place)) for place in range(person.place)]

    def next(self) -> bytes:
        """The next message of somebody, its time still open."""
        return self._go_on(self._people[int(self._chance.random() * len(self._people))])

    def once(self) -> Iterator[bytes]:
        """The next message of everybody."""
        return map(self._go_on, self._people)

    def _go_on(self, person: _Person) -> bytes:
        if person.place >= len(self._lives[person.life]):
            person.name += b"."
            person.life, person.place = self._chance.randrange(LIVES), 0
        person.place += 1
        return self._say(person, person.place - 1)

    def _say(self, person: _Person, place: int) -> bytes:
        return self._lives[person.life][place][1].replace(_WHO, person.name)


class Calendar:
    """Instants as JSON texts, each second written once."""

    def __init__(self) -> None:
        self._second = b""
        self._end = -1

    def write(self, at: Instant) -> bytes:
        """RFC 3339 with milliseconds."""
        if not self._end - SECOND <= at < self._end:
            self._end = at // SECOND * SECOND + SECOND
            self._second = write_instant(self._end - SECOND)[:-1].encode()
        return b"%b.%03dZ" % (self._second, at % SECOND // 1000)


def timed(message: bytes, when: bytes) -> bytes:
    """The message, done at that instant."""
    return message.replace(_WHEN, when)


def bodies(crowd: Crowd, size: int, count: int, start: Instant, sent_at: Instant) -> list[bytes]:
    """So many batches as an SDK sends them. Times run on from `start`, a millisecond a message."""
    clock, calendar, made = start, Calendar(), []
    tail = b'],"sentAt":"%s"}' % write_instant(sent_at).encode()
    for _ in range(count):
        batch = []
        for _ in range(size):
            clock += SECOND // 1000
            batch.append(timed(crowd.next(), calendar.write(clock)))
        made.append(b'{"batch":[' + b",".join(batch) + tail)
    return made
