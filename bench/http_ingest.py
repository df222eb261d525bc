"""Ingest over HTTP: events with state and answer, beside the same server that only appends the same batches.

    python -m bench http_ingest [--people N] [--seconds S] [--turns T] [--quick]

The server is `waypost serve` over the example project with delivery on, so that every event finds its person, moves
signals, milestones, segments and stages, sets timers and decides what to push. The limit (`_server.LogOnly`) reads the
same batches in the same way and appends them to the same table. Both are on disk when they answer, and requests that
wait share a transaction in both. While one is measured the other is frozen, and both take turns.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench._crowd import Crowd, bodies
from bench._load import Run, Stream, pace, request, saturate
from bench._report import goal, load, machine, middle, note, table
from bench._server import Server, keys, start
from bench._store import filled, project
from waypost.model.time import MINUTE
from waypost.runtime.clock import SystemClock

SIZES: Final = (100, 20, 1)
CONNECTIONS: Final = {100: 16, 20: 32, 1: 64}
GOAL_RATE: Final = 0.35
GOAL_TIME: Final = 5.0
SHARDS: Final = 64


class Senders:
    """Batches for a fixed number of connections, each of which speaks for people of its own."""

    def __init__(self, people: int) -> None:
        self._shards = [Crowd(people, shard=shard, shards=SHARDS) for shard in range(SHARDS)]
        self._clock = SystemClock()
        self._start = self._clock.now()
        self._made = 0

    def batches(self, size: int, count: int, key: str) -> list[list[bytes]]:
        """So many requests in all, for each of the connections that send batches of this size."""
        connections = CONNECTIONS[size]
        each = max(count // connections, 1)
        sent_at = self._start
        # Every round of batches is a little later than the one before, and all of them lie in the past.
        begin = self._start - 30 * MINUTE + self._made
        self._made += each * size * 1000
        return [
            [
                request("/v1/batch", key, body)
                for body in bodies(self._shards[place], size, each, begin, sent_at)
            ]
            for place in range(connections)
        ]  # fmt: skip


@dataclass(slots=True)
class Side:
    """A server and what was measured of it, by size of batch."""

    name: str
    server: Server
    expected: dict[int, float] = field(default_factory=dict)
    runs: dict[int, list[Run]] = field(default_factory=dict)
    costs: dict[int, list[float]] = field(default_factory=dict)
    paced: dict[int, list[Run]] = field(default_factory=dict)

    def rates(self, size: int) -> list[float]:
        """Events a second in each turn."""
        return [run.rate * size for run in self.runs[size]]


def measure(sides: Sequence[Side], senders: Senders, size: int, seconds: float, turns: int) -> None:
    """As fast as it goes, then at half that pace, in turns."""
    for turn in range(-1, turns):  # the first only warms up, and says how many requests are needed
        for side in sides:
            count = int(side.expected.get(size, 3_000 / size) * seconds)
            requests = senders.batches(size, count, side.server.write_key)
            side.server.thaw()
            spent = side.server.cpu()
            run = saturate(side.server.port, requests)
            spent = side.server.cpu() - spent
            side.server.freeze()
            side.expected[size] = run.rate
            note(f"{side.name}, {size}: {run.rate * size:,.0f} events/s")
            if turn >= 0:
                side.runs.setdefault(size, []).append(run)
                side.costs.setdefault(size, []).append(spent / (len(run.latencies) * size) * 1e6)
    for _ in range(turns):
        for side in sides:
            rate = middle([run.rate for run in side.runs[size]]) / 2
            requests = senders.batches(size, int(rate * seconds), side.server.write_key)
            side.server.thaw()
            (run,) = pace(side.server.port, [Stream(requests, rate)])
            side.server.freeze()
            side.paced.setdefault(size, []).append(run)


def warm_up(server: Server, senders: Senders, events: int) -> None:
    """Bring a server to where it stays: enough has changed that it also writes behind while it is measured."""
    done = 0
    while done < events:
        requests = senders.batches(100, min(max(events // 100, 16), 500), server.write_key)
        done += len(saturate(server.port, requests).latencies) * 100


def show(whole: Side, limit: Side, sizes: Sequence[int]) -> None:
    """The table, and the goals."""
    rows: list[Sequence[object]] = []
    for size in sizes:
        ratio = middle([ours / theirs for ours, theirs in zip(whole.rates(size), limit.rates(size), strict=True)])
        for side in (whole, limit):
            runs, paced = side.runs[size], side.paced[size]
            rows.append(
                (
                    f"{size} {side.name}",
                    f"{middle(side.rates(size)):,.0f}",
                    f"{ratio:.2f}" if side is whole else "1",
                    f"{middle(side.costs[size]):.1f}",
                    f"{middle([run.quantile(0.5) for run in runs]):.1f}",
                    f"{middle([run.quantile(0.99) for run in runs]):.1f}",
                    f"{middle([run.quantile(0.5) for run in paced]):.1f}",
                    f"{middle([run.quantile(0.99) for run in paced]):.1f}",
                )
            )
    header = ("batch", "events/s", "of limit", "µs cpu/event", "p50 ms", "p99 ms", "half load: p50 ms", "p99 ms")
    table(header, rows)
    for size in sizes:
        ratio = middle([ours / theirs for ours, theirs in zip(whole.rates(size), limit.rates(size), strict=True)])
        if size == 100:
            goal(f"events/s of the limit's, batches of {size}", ratio, GOAL_RATE, least=True)
        slower = middle(
            [a.quantile(0.99) / b.quantile(0.99) for a, b in zip(whole.paced[size], limit.paced[size], strict=True)]
        )
        goal(f"p99 to the answer at half load, batches of {size}, × the limit's", slower, GOAL_TIME, least=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill a store, measure both in turns, print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench http_ingest")
    parser.add_argument("--people", type=int, default=1_000_000, help="who is present beforehand")
    parser.add_argument("--seconds", type=float, default=10, help="how long each measurement takes")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--warm", type=int, default=200_000, help="events before anything is measured")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    given = parser.parse_args(arguments)
    if given.quick:
        given.people, given.seconds, given.turns, given.warm = 500, 0.3, 1, 1_000
    machine()
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as place:
        present = project(Path(place) / "whole")
        seconds, events = filled(present, given.people)
        note(f"{given.people:,} people with {events:,} events after {seconds:.0f} s")
        print(
            f"{given.people:,} people, {events:,} events before; {given.turns} turns of {given.seconds:g} s", flush=True
        )
        empty = project(Path(place) / "limit")
        sides = [
            Side("waypost", start("waypost", present, given=keys(present))),
            Side("log only", start("log-only", empty, given=keys(empty))),
        ]
        try:
            for side in sides:
                side.server.freeze()
            began = time.perf_counter()
            senders = Senders(given.people)
            note(f"senders made after {time.perf_counter() - began:.0f} s")
            sides[0].server.thaw()
            warm_up(sides[0].server, senders, given.warm)
            sides[0].server.freeze()
            for size in given.sizes:
                measure(sides, senders, size, given.seconds, given.turns)
            show(sides[0], sides[1], given.sizes)
        finally:
            for side in sides:
                side.server.kill()
    load()


if __name__ == "__main__":
    main(sys.argv[1:])
