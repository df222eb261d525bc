"""The demo runs on the real server, stops when it should, and leaves nothing behind."""

import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from waypost.demo import live
from waypost.model.time import HOUR
from waypost.runtime.clock import SystemClock

COMMAND = [sys.executable, "-c", "import sys; from waypost.demo.live import run; sys.exit(run(plain=True))"]


def test_a_few_seconds_show_people_moving_and_a_decision_with_its_reasons(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert live.run(seconds=8, plain=True) == 0
    said = capsys.readouterr().out
    assert re.search(r"Waypost demo on http://127\.0\.0\.1:\d+\. Invented people", said)
    assert re.search(r"(newcomer → builder|begins as newcomer)", said)
    assert re.search(r"ada asked: .* \| not now: .*after", said)
    assert "The demo's folder is removed." in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_it_is_told_to(told: signal.Signals, tmp_path: Path) -> None:
    environment = {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    demo = subprocess.Popen(COMMAND, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    assert demo.stdout.readline().startswith("Waypost demo on http://")
    time.sleep(1)
    demo.send_signal(told)
    rest, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert "Traceback" not in rest
    assert rest.strip().endswith("The demo's folder is removed.")
    assert list(tmp_path.iterdir()) == []


def test_the_clock_goes_on_by_steps_and_never_past_the_machine() -> None:
    clock = live.HurriedClock(SystemClock().now() - 2 * HOUR)
    before = clock.now()
    assert not clock.step(HOUR)
    assert clock.now() == before + HOUR
    assert clock.step(5 * HOUR), "it has caught up"
    caught_up = clock.now()
    assert caught_up < before + 3 * HOUR
    assert clock.step(HOUR)
    assert clock.now() >= caught_up


def test_a_step_is_short_enough_for_events_to_be_in_time() -> None:
    assert live.STEP < HOUR
