"""What a server weighs at two sizes: resident memory, bytes on disk, and seconds from its start to ready after kill -9.

    python -m bench footprint [--people N N …] [--quick]

A store is filled the way life would fill it (about eleven events a person), and its writer killed after the last
commit, so that the server has to make up for what was not written behind. Then everybody does one thing over HTTP: once
with room for everyone in memory, once with the usual bound. Both servers are killed too. What grows linearly costs as
much for each person, or each event, at both sizes.
"""

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench._crowd import Calendar, Crowd, timed
from bench._load import request, saturate
from bench._report import load, machine, note, table
from bench._server import Server, keys, start
from bench._store import filled, project
from waypost.model.time import MINUTE, write_instant
from waypost.runtime.clock import SystemClock

CONNECTIONS: Final = 16
SIZE: Final = 100
OF_EVENTS: Final = ("events", "sealed")
"""The tables that grow with events; all others grow with people."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured: how much, for how many it is, and how much there is without any of them."""

    name: str
    amount: float
    among: int = 0
    beside: float = 0

    def __str__(self) -> str:
        if not self.among:
            return f"{self.amount:,.1f} s"
        return f"{self.amount / 2**20:,.0f} MiB ({(self.amount - self.beside) / self.among:,.0f} B each)"


def everyone_once(server: Server, people: int, turn: int) -> None:
    """Everybody does one thing: the next of their life, or in a later turn one behind it."""
    now, calendar = SystemClock().now(), Calendar()
    clock = now - 20 * MINUTE
    tail = b'],"sentAt":"%s"}' % write_instant(now).encode()
    requests: list[list[bytes]] = []
    for shard in range(CONNECTIONS):
        crowd = Crowd(people, shard=shard, shards=CONNECTIONS)
        for _ in range(turn):
            for _ in crowd.once():
                pass
        messages = [timed(message, calendar.write(clock)) for message in crowd.once()]
        batches = (messages[first : first + SIZE] for first in range(0, len(messages), SIZE))
        bodies = (b'{"batch":[' + b",".join(batch) + tail for batch in batches)
        requests.append([request("/v1/batch", server.write_key, body) for body in bodies])
    saturate(server.port, requests)


def on_disk(folder: Path, people: int) -> tuple[int, list[Figure]]:
    """How many events the store has, and the bytes of its tables with their indexes."""
    with sqlite3.connect(folder / ".waypost" / "waypost.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (events,) = connection.execute("SELECT count(*) FROM events").fetchone()
        try:
            sizes = dict(
                connection.execute(
                    "SELECT tbl_name, sum(pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name GROUP BY 1"
                ).fetchall()
            )
        except sqlite3.OperationalError:  # an SQLite without dbstat
            sizes = {}
    whole = (folder / ".waypost" / "waypost.db").stat().st_size
    figures = [Figure("on disk, all, an event", whole, events)]
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size >= whole / 100:
            of_events = name in OF_EVENTS
            figures.append(
                Figure(f"  {name}, {'an event' if of_events else 'a person'}", size, events if of_events else people)
            )
    return events, figures


def _empty(place: Path) -> int:
    """What a server has in memory when nobody is there."""
    server = start("waypost", project(place))
    try:
        return server.memory()
    finally:
        server.kill()


def weigh(place: Path, people: int) -> list[Figure]:
    """Everything that is measured at one size."""
    folder = project(place / str(people))
    given = keys(folder)
    seconds, events = filled(folder, people, kill=True)
    note(f"{people:,} people with {events:,} events after {seconds:.0f} s")
    print(f"{people:,} people, {events:,} events before", flush=True)
    found: list[Figure] = []
    empty = _empty(place / f"empty-{people}")
    bounds: tuple[tuple[str, dict[str, str]], ...] = (
        ("everyone", {"WAYPOST_HOT_PROFILES": str(people * 2)}),
        ("the usual bound", {}),
    )
    for turn, (name, environment) in enumerate(bounds):
        server = start("waypost", folder, given=given, environment=environment)
        try:
            found.append(
                Figure(f"ready after kill -9 ({'at rest' if not found else 'in use'})", server.seconds_to_ready)
            )
            found.append(Figure(f"in memory, just started ({name}), a person", server.memory(), people, empty))
            everyone_once(server, people, turn)
            found.append(Figure(f"in memory, in use ({name}), a person", server.memory(), people, empty))
        finally:
            server.kill()
    return [*found, *on_disk(folder, people)[1]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Weigh at both sizes, and print them beside each other."""
    parser = argparse.ArgumentParser(prog="python -m bench footprint")
    parser.add_argument("--people", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    given = parser.parse_args(arguments)
    if given.quick:
        given.people = [100, 300]
    machine()
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as place:
        columns = [{figure.name: figure for figure in weigh(Path(place), people)} for people in given.people]
    names = [name for name in columns[0] if all(name in column for column in columns)]
    table(
        ("", *(f"{people:,} people" for people in given.people)),
        [(name, *(column[name] for column in columns)) for name in names],
    )
    print("in memory, each: beyond a server where nobody is")
    load()


if __name__ == "__main__":
    main(sys.argv[1:])
