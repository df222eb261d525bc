"""Law: killed at any instruction and started again, nothing acknowledged is lost and nothing is counted twice."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.laws.server import Sender, keys_of, serve_and_kill
from tests.runtime.rooms import MAILING, afresh, everyone
from waypost.model.time import DAY
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores import events as log
from waypost.runtime.worker import run_due

ROOT = Path(__file__).parents[2]


def write_and_kill(store: str, seed: int, run: int, seconds: float) -> list[str]:
    """Let a process write for a while and kill it where it stands; what it had acknowledged."""
    command = [sys.executable, "-m", "tests.laws.writer", store, str(seed), f"run{run}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            process.wait(seconds)
            raise AssertionError("the writer ended by itself")
        except subprocess.TimeoutExpired:
            process.kill()
        lines = process.stdout.read().split("\n")
    return lines[:-1]  # the last line may be torn


def check(store: str, acknowledged: list[str]) -> None:
    """Open the store again: every acknowledged message is there once, every profile is what the log says."""
    runtime = open_runtime(Settings(MAILING, store=store), host=True)
    try:
        kept = Counter(event.message_id for _, event in log.after(runtime.database, 0))
        assert max(kept.values(), default=1) == 1
        assert set(acknowledged) <= set(kept)
        run_due(runtime)
        now = runtime.clock.now()
        assert everyone(runtime, now + DAY) == afresh(runtime, now + DAY)
    finally:
        close(runtime)


def crash(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    store, acknowledged = f"sqlite:///{folder}/waypost.db", list[str]()
    for run in range(rounds):
        acknowledged += write_and_kill(store, seed + run, run, chance.uniform(0.05, 1.2))
        check(store, acknowledged)
    assert len(acknowledged) > rounds * 10


def test_killed_and_started_again(tmp_path: Path) -> None:
    crash(tmp_path, 5, seed=1)


def crash_server(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    store = f"sqlite:///{folder}/waypost.db"
    keys = keys_of(store)
    senders = [Sender(f"sender{number}", seed * 31 + number) for number in range(3)]
    for _ in range(rounds):
        serve_and_kill(store, senders, keys, chance)
        check(store, [message_id for sender in senders for message_id in sender.acknowledged])


def test_a_server_under_load_killed_and_started_again(tmp_path: Path) -> None:
    crash_server(tmp_path, 3, seed=1)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("crashing", [crash, crash_server], ids=["a writer", "a server"])
def test_killed_very_often(tmp_path: Path, crashing: Callable[[Path, int, int], None]) -> None:
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        crashing(folder, 20, seed)
