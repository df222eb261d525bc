"""A store with many people in it: `python -m bench._store FOLDER PEOPLE [--kill]` fills one, the way life would have.

FOLDER is a copy of the example project. Everybody's past goes through the corridor in one piece, so that this takes
minutes, not hours. A third of the people were last seen two days ago, so that wake-ups fall due in the next half hour;
the others within the last hour. With `--kill` the process ends as `kill -9` would end it, after its last commit.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from bench._crowd import Calendar, Crowd, timed
from waypost.engine.messages import Refusal, read
from waypost.model.events import Event
from waypost.model.time import DAY, MINUTE, SECOND
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import SystemClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.transactions import Arrival

HARBOUR: Final = Path(__file__).resolve().parents[1] / "examples" / "harbour"
GROUP: Final = 20_000
"""Events that are appended in one transaction."""


def project(folder: Path) -> Path:
    """The example project in a folder of its own, with delivery on."""
    shutil.copytree(HARBOUR, folder, ignore=shutil.ignore_patterns(".waypost"))
    place = folder / "waypost.yaml"
    text, changed = re.subn(r"^delivery: off$", "delivery: on", place.read_text("utf-8"), flags=re.MULTILINE)
    if changed != 1:
        raise RuntimeError(f"{place} no longer says `delivery: off` on a line of its own")
    place.write_text(text, "utf-8")
    return folder


def filled(folder: Path, people: int, *, kill: bool = False) -> tuple[float, int]:
    """Fill a store in a process of its own; how many seconds it took, and how many events it has."""
    command = [sys.executable, "-m", "bench._store", str(folder), str(people), *(["--kill"] if kill else [])]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode != (-signal.SIGKILL if kill else 0):
        raise RuntimeError(f"filling {folder} ended with {done.returncode}")
    return seconds, int(done.stdout.split()[-1])


def fill(runtime: Runtime, people: int) -> int:
    """Let everybody's past happen; how many events that were."""
    now, chance, calendar, decode = runtime.clock.now(), Random(2), Calendar(), msgspec.json.Decoder().decode
    group: list[Event] = []
    total = 0
    for past in Crowd(people).past():
        away = 2 * DAY - int(chance.random() * 30 * MINUTE) if chance.random() < 1 / 3 else 40 * MINUTE
        latest = now - away - int(chance.random() * 20 * MINUTE)
        for before, message in past:
            at = latest - before
            event = read(decode(timed(message, calendar.write(at))), received_at=at + SECOND)
            assert not isinstance(event, Refusal), event
            group.append(event)
        if len(group) >= GROUP:
            total += runtime.commits.wait(Arrival(group))
            group = []
    return total + (runtime.commits.wait(Arrival(group)) if group else 0)


def main() -> None:
    """Fill a store, and say how many events it has."""
    parser = argparse.ArgumentParser(prog="python -m bench._store")
    parser.add_argument("folder", type=Path)
    parser.add_argument("people", type=int)
    parser.add_argument("--kill", action="store_true")
    given = parser.parse_args()
    runtime = open_runtime(Settings(given.folder), SystemClock(), host=True)
    print(fill(runtime, given.people), flush=True)
    if given.kill:
        os.kill(os.getpid(), signal.SIGKILL)
    close(runtime)


if __name__ == "__main__":
    main()
