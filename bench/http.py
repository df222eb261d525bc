"""Ingest over HTTP against the same server only appending; `next` against an empty raw ASGI route.

`python -m bench.http [PEOPLE] [SECONDS]`: so many people are there before the clock starts (100,000), and each figure
is taken over so many seconds (5). The server and the generator share the machine's cores: trust the ratios.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from os import sysconf
from pathlib import Path
from random import Random

from bench._load import Run, request, run
from waypost.model.time import SECOND, write_instant
from waypost.model.values import Json
from waypost.runtime.clock import SystemClock
from waypost.runtime.collect import collect
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime

HARBOUR = Path(__file__).parents[1] / "examples" / "harbour"
CONNECTIONS = 64
SIZES = (1, 20, 100)
FEATURES = ("filters", "export", "alerts", "comments", "themes")


def message(random: Random, number: int, people: int) -> dict[str, Json]:
    """Something that one of the people does, by the clock of now."""
    habits: list[tuple[str, dict[str, Json]]] = [
        ("login", {}),
        ("report_created", {"template": "sales"}),
        ("report_viewed", {"seconds": round(random.random() * 3, 3)}),
        ("report_viewed", {"seconds": 0.4}),
        ("report_shared", {"audience": "team"}),
        ("feature_used", {"feature": random.choice(FEATURES)}),
        ("error_shown", {"code": "E7"}),
        ("plan_viewed", {"plan": "team"}),
    ]
    name, properties = random.choice(habits)
    return {
        "type": "track",
        "event": name,
        "userId": f"user-{random.randrange(people)}",
        "messageId": f"{number:08x}-{random.getrandbits(64):016x}",
        "properties": properties,
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "integrations": {},
    }


def batches(key: str, size: int, people: int, seed: int) -> Iterator[bytes]:
    """Requests with so many messages each; the time of an event is that of its receipt."""
    random = Random(seed)
    number = seed << 24
    while True:
        messages = [message(random, number + place, people) for place in range(size)]
        number += size
        yield request("/v1/batch", key, json.dumps({"batch": messages, "writeKey": key}).encode())


def prepared(requests: Iterator[bytes], count: int) -> Iterator[bytes]:
    """So many requests made beforehand, then others as they are needed."""
    ready = [next(requests) for _ in range(count)]
    yield from ready
    yield from requests


def populate(folder: Path, people: int) -> None:
    """A store with so many people who signed up and did one thing."""
    runtime = open_runtime(Settings(folder), host=True)
    now = SystemClock().now()
    for start in range(0, people, 1000):
        messages: list[Json] = []
        for person in range(start, min(start + 1000, people)):
            at = now - (person % (20 * 86_400) + 60) * SECOND
            who: dict[str, Json] = {"type": "track", "userId": f"user-{person}"}
            signup = {"event": "signed_up", "messageId": f"s-{person}", "timestamp": write_instant(at)}
            built = {"event": "workspace_created", "messageId": f"w-{person}", "timestamp": write_instant(at + SECOND)}
            messages += [{**who, **signup, "properties": {"plan": "free"}}, {**who, **built}]
        collect(runtime, messages)
    close(runtime)


@contextmanager
def server(prepared_folder: Path, mode: str) -> Iterator[tuple[int, dict[str, str], int]]:
    """A server over a copy of the prepared store: its port, keys and process id."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "harbour"
        shutil.copytree(prepared_folder, folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "bench._server", str(folder), str(port), mode]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            keys: dict[str, str] = {}
            for line in process.stdout:
                if line.startswith("{"):
                    keys = json.loads(line)
                if line.startswith("ready"):
                    break
            time.sleep(0.5)
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield port, keys, process.pid
        finally:
            process.terminate()
            process.wait(60)


def cpu(process: int) -> float:
    """Seconds of processor time that a process has used: what noise on a shared machine does not change."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")


def ingest(folder: Path, people: int, seconds: float) -> dict[int, float]:
    """Events a second by batch size, whole against append only; and the answer's time at half load."""
    half: dict[int, float] = {}
    rates: dict[tuple[str, int], float] = {}
    print(
        f"{'batch':>5} {'server':>7} {'events/s':>9} {'p50 ms':>7} {'p99 ms':>7}  at half load: {'p50':>6} {'p99':>6}"
    )
    for mode in ("append", "whole"):
        for size in SIZES:
            with server(folder, mode) as (port, keys, pid):
                ahead = int(seconds * 20_000 / size)
                spent = cpu(pid)
                full = run(
                    port,
                    prepared(batches(keys["write"], size, people, size), ahead),
                    seconds=seconds,
                    connections=CONNECTIONS,
                )
                spent = (cpu(pid) - spent) / (len(full.latencies) * size) * 1e6
                paced = run(
                    port,
                    prepared(batches(keys["write"], size, people, size + 1000), ahead),
                    seconds=seconds,
                    connections=CONNECTIONS * 4,
                    rate=full.rate / 2,
                )
            rates[mode, size] = full.rate * size
            if mode == "whole":
                half[size] = full.rate / 2
            figures = (spent, full.quantile(0.5), full.quantile(0.99), paced.quantile(0.5), paced.quantile(0.99))
            told = "{:>14.1f} {:>8.1f} {:>8.1f} {:>19.1f} {:>8.1f}".format(*figures)
            print(f"{size:>6} {mode:>7} {full.rate * size:>9.0f}{told}", flush=True)
    for size in SIZES:
        print(f"batch {size}: {rates['whole', size] / rates['append', size]:.2f} of only appending")
    return half


def press(port: int, key: str, people: int, seconds: float, rate: float) -> None:
    """Batches of 20 at a steady rate, from a process of its own."""
    ready = prepared(batches(key, 20, people, time.perf_counter_ns() & 0xFFFF), int(rate * seconds))
    run(port, ready, seconds=seconds, connections=CONNECTIONS, rate=rate)


def asking(folder: Path, people: int, seconds: float, ingest_rate: float) -> None:
    """`next` and flags against an empty route, alone and while batches of 20 come in at half load."""
    with server(folder, "whole") as (port, keys, _):

        def questions(path: str) -> Iterator[bytes]:
            random = Random(7)
            while True:
                user = f"user-{random.randrange(people)}"
                body = {"userId": user, "page": "/home", "context": {"targetingKey": user}}
                yield request(path, keys["read"], json.dumps(body).encode())

        def measure(path: str, rate: float | None) -> Run:
            return run(port, prepared(questions(path), 20_000), seconds=seconds, connections=16, rate=rate)

        paths = ("/empty", "/v1/next", "/ofrep/v1/evaluate/flags/stage", "/ofrep/v1/evaluate/flags")
        print(f"{'alone, as fast as it goes':<44} {'asked/s':>8} {'p50 ms':>7} {'p99 ms':>7}")
        for path in paths:
            found = measure(path, None)
            print(
                f"  {path:<42} {found.rate:>8.0f} {found.quantile(0.5):>7.2f} {found.quantile(0.99):>7.2f}", flush=True
            )
        print(f"{'200/s, batches of 20 at half load beside':<44} {'asked/s':>8} {'p50 ms':>7} {'p99 ms':>7}")
        p99 = {}
        for path in paths:
            load = get_context("spawn").Process(
                target=press, args=(port, keys["write"], people, seconds + 2, ingest_rate)
            )
            load.start()
            time.sleep(1.5)
            found = measure(path, 200)
            load.join()
            p99[path] = found.quantile(0.99)
            print(
                f"  {path:<42} {found.rate:>8.0f} {found.quantile(0.5):>7.2f} {found.quantile(0.99):>7.2f}", flush=True
            )
        print(f"p99 of next: {p99['/v1/next'] / p99['/empty']:.1f} × that of the empty route")


def main() -> None:
    """Print every figure."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "harbour"
        shutil.copytree(HARBOUR, folder)
        began = time.perf_counter()
        populate(folder, people)
        print(f"{people} people in {time.perf_counter() - began:.0f} s")
        half = ingest(folder, people, seconds)
        asking(folder, people, seconds, half[20])


if __name__ == "__main__":
    main()
