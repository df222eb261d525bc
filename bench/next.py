"""`POST /v1/next` while ingest runs at half load, beside a raw ASGI route of the same server that does nothing.

    python -m bench next [--people N] [--seconds S] [--turns T] [--quick]

Batches of 20 come in at half the pace at which the server is saturated. Beside them pages ask what is next, for people
drawn evenly, and as many requests go to the empty route, all at once and each at a steady pace: what a stall costs, it
costs both.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from bench._load import Run, Stream, pace, request, saturate
from bench._report import goal, load, machine, middle, note, table
from bench._server import running
from bench._store import filled, project
from bench.http_ingest import Senders, warm_up

GOAL: Final = 3.0
SIZE: Final = 20
ASKING: Final = 8
"""Connections that ask, and as many for the empty route."""

PAGES: Final = ("/home", "/reports", "/sources/new", None)


def questions(people: int, count: int, key: str, seed: int) -> list[list[bytes]]:
    """What pages ask, for each of the connections that ask."""
    chance = Random(seed)
    asked: list[list[bytes]] = []
    for _ in range(ASKING):
        mine = []
        for _ in range(count // ASKING + 1):
            body: dict[str, object] = {"userId": f"p{int(chance.random() * people)}"}
            page = chance.choice(PAGES)
            if page is not None:
                body["page"] = page
            mine.append(request("/v1/next", key, msgspec.json.encode(body)))
        asked.append(mine)
    return asked


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill a store, find the saturating load, ask at half of it."""
    parser = argparse.ArgumentParser(prog="python -m bench next")
    parser.add_argument("--people", type=int, default=1_000_000, help="who is present beforehand")
    parser.add_argument("--seconds", type=float, default=15, help="how long each measurement takes")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rate", type=float, default=100, help="questions a second")
    parser.add_argument("--warm", type=int, default=200_000, help="events before anything is measured")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    given = parser.parse_args(arguments)
    if given.quick:
        given.people, given.seconds, given.turns, given.warm = 300, 0.5, 1, 500
    machine()
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as place:
        folder = project(Path(place) / "whole")
        seconds, events = filled(folder, given.people)
        note(f"{given.people:,} people with {events:,} events after {seconds:.0f} s")
        print(
            f"{given.people:,} people, {events:,} events before; {given.turns} turns of {given.seconds:g} s", flush=True
        )
        found: list[tuple[Run, Run, Run]] = []
        with running("with-empty", folder) as server:
            senders = Senders(given.people)
            warm_up(server, senders, given.warm)
            probe = senders.batches(SIZE, int(max(given.seconds, 1) * 250), server.write_key)
            rate = saturate(server.port, probe).rate / 2
            note(f"half load: {rate * SIZE:,.0f} events/s")
            for turn in range(given.turns):
                batches = senders.batches(SIZE, int(rate * given.seconds), server.write_key)
                count = int(given.rate * given.seconds * 1.2)
                empty = [[request("/empty", server.read_key, b"{}")] * (count // ASKING + 1)] * ASKING
                asked = questions(given.people, count, server.read_key, turn)
                streams = [Stream(batches, rate), Stream(asked, given.rate), Stream(empty, given.rate)]
                ingest, asking, nothing = pace(server.port, streams)
                found.append((ingest, asking, nothing))
        names = (f"ingest, batches of {SIZE}", "POST /v1/next", "an empty ASGI route")
        rows = [
            (
                name,
                f"{middle([runs[column].rate for runs in found]):,.0f}",
                f"{middle([runs[column].quantile(0.5) for runs in found]):.2f}",
                f"{middle([runs[column].quantile(0.99) for runs in found]):.2f}",
            )
            for column, name in enumerate(names)
        ]
        table(("at half load", "requests/s", "p50 ms", "p99 ms"), rows)
        slower = middle([asking.quantile(0.99) / nothing.quantile(0.99) for _, asking, nothing in found])
        goal("p99 of next, × that of the empty route", slower, GOAL, least=False)
    load()


if __name__ == "__main__":
    main(sys.argv[1:])
