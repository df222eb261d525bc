"""Ingest in one process: events with state and answer, against appending the same batches to the log alone.

Batches of 1, 20 and 100 messages arrive as decoded JSON, several at a time, for people drawn evenly from all who are
present: the worst case for caches. Both sides read and check the messages, and both are on disk when they answer; the
limit appends and does nothing else. Harbour's definitions: 21 signals, 8 segments, 4 stages, 3 milestones, 12 steps.

    python -m bench.ingest [--people 200000] [--seconds 10] [--hot 0]
"""

import argparse
import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from waypost.engine.messages import Refusal, read
from waypost.model.events import Event
from waypost.model.time import SECOND
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.collect import collect_async
from waypost.runtime.commits import Commits, Work
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores.events import write_properties
from waypost.runtime.stores.sqlite import Sqlite
from waypost.runtime.transactions import Arrival, Question
from waypost.runtime.writing import write_behind

HARBOUR = Path(__file__).parents[1] / "examples" / "harbour"
EVENTS = (
    *("workspace_created", "report_created", "report_viewed", "report_viewed", "feature_used", "feature_used"),
    *("login", "report_shared", "error_shown", "plan_viewed"),
)
AT_ONCE = 4

Send = Callable[[Sequence[Json]], Awaitable[object]]


def messages(chance: random.Random, people: int, count: int) -> list[Json]:
    """So many messages of people drawn evenly."""
    found: list[Json] = []
    for _ in range(count):
        name = chance.choice(EVENTS)
        found.append(
            {
                "type": "track",
                "messageId": f"{chance.getrandbits(128):032x}",
                "userId": f"user-{chance.randrange(people):07}",
                "event": name,
                "properties": {
                    "feature": chance.choice(("charts", "alerts")),
                    "seconds": 1.5,
                    "audience": "team",
                    "plan": "team",
                },
            }
        )
    return found


async def measure(send: Send, batch: int, people: int, seconds: float, seed: int) -> tuple[float, float, float]:
    """Events a second, and the median and the 99th percentile of the milliseconds to an answer."""
    chance = random.Random(seed)
    ready = [messages(chance, people, batch) for _ in range(max(200, 30_000 // batch))]
    taken: list[float] = []
    place = 0
    end = time.perf_counter() + seconds

    async def sender() -> None:
        nonlocal place
        while time.perf_counter() < end and place < len(ready):
            mine, place = ready[place], place + 1
            began = time.perf_counter()
            await send(mine)
            taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    passed = time.perf_counter() - began
    return len(taken) * batch / passed, statistics.median(taken) * 1000, sorted(taken)[len(taken) * 99 // 100] * 1000


class LogOnly:
    """The limit: the same reading, checking and sharing of commits, then one table, on disk when it answers."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self._runtime = runtime
        self._database = Sqlite(folder / "limit.db")
        self._seq = 0
        self._commits = Commits(self._commit, lambda: False)

    async def send(self, batch: Sequence[Json]) -> None:
        """Take a batch; it is on disk when this returns."""
        received, check, events = self._runtime.clock.now(), self._runtime.live.check, []
        for message in batch:
            event = read(message, received_at=received)
            if not isinstance(event, Refusal):
                check(event)
                events.append(event)
        await self._commits.wait_async(Arrival(events))

    def close(self) -> None:
        """Give the store back."""
        self._commits.close()
        self._database.close()

    def _commit(self, group: Sequence[Work[Any]]) -> None:
        arrivals = [work for work in group if isinstance(work, Arrival)]
        with self._database.transaction():
            self._database.many("events_append", [row for work in arrivals for row in map(self._row, work.events)])
        for work in arrivals:
            work.value = len(work.events)

    def _row(self, event: Event) -> tuple[int | str | None, ...]:
        self._seq += 1
        said = (event.message_id, event.kind, event.name, event.at, event.received_at)
        text = write_properties(event.properties)
        return (self._seq, 1, None, *said, None, event.source, text, event.previous_id, event.group_id, 0)


def fill(runtime: Runtime, people: int) -> None:
    """Let everyone be present with three events."""
    now = runtime.clock.now()
    for start in range(0, people, 5_000):
        arrivals = []
        for number in range(start, min(people, start + 5_000)):
            user = f"user-{number:07}"
            for place, name in enumerate(("signed_up", "workspace_created", "report_viewed")):
                at = now - (people - number) * 1000 - (3 - place) * SECOND
                arrivals.append(Event(f"{number}-{place}", "track", name, at, user, None, {}, "web", at))
        runtime.commits.wait(Arrival(arrivals))


def settle(runtime: Runtime) -> None:
    """Let everything be written that is written behind, so that it costs neither side."""
    while runtime.commits.wait(Question(lambda now: write_behind(runtime, 2_000))):
        pass


async def compare(runtime: Runtime, folder: Path, people: int, seconds: float) -> None:
    """Measure both sides in turns, and print the better of two rounds."""
    limit = LogOnly(runtime, folder)
    print(f"{'batch':>6} {'limit ev/s':>12} {'ours ev/s':>12} {'ratio':>6}   p50/p99 ms limit   p50/p99 ms ours")
    for batch in (100, 20, 1):
        rows = []
        for turn in range(2):
            settle(runtime)
            slow = await measure(lambda mine: collect_async(runtime, mine), batch, people, seconds, batch * 10 + turn)
            settle(runtime)
            fast = await measure(limit.send, batch, people, seconds, batch * 10 + turn)
            rows.append((fast, slow))
        fast, slow = (max(side) for side in zip(*rows, strict=True))
        print(
            f"{batch:>6} {fast[0]:>12,.0f} {slow[0]:>12,.0f} {slow[0] / fast[0]:>6.2f}   "
            f"{fast[1]:>7.1f}/{fast[2]:<8.1f}   {slow[1]:>7.1f}/{slow[2]:<8.1f}",
            flush=True,
        )
    limit.close()


def main() -> None:
    """Fill a store, then measure both in turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--hot", type=int, default=0, help="profiles kept in memory; 0 as the machine allows")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(HARBOUR, store=f"sqlite:///{folder}/waypost.db", hot_profiles=asked.hot)
        runtime = open_runtime(settings, host=True)
        began = time.perf_counter()
        fill(runtime, asked.people)
        print(f"{asked.people:,} people with 3 events each in {time.perf_counter() - began:.0f} s")
        asyncio.run(compare(runtime, folder, asked.people, asked.seconds))
        size = (folder / "waypost.db").stat().st_size
        print(
            f"resident {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, store {size / 1e6:,.0f} MB"
        )
        close(runtime)


if __name__ == "__main__":
    main()
