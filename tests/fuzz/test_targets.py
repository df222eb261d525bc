"""A short run of atheris against every parser; the long ones are started by hand (see targets.py)."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import missing

ROOT = Path(__file__).parents[2]
SEEDS = {
    "messages": [
        b'{"batch": [{"type": "track", "event": "x", "userId": "ada", "timestamp": "2026-03-01T12:00:00Z"}]}',
        b'{"event": "\\ud83d", "anonymousId": 7, "context": {"traits": {"a": [1, 1.5, null]}}}',
    ],
    "fields": [b"\x01ada\x05\x04name", bytes(range(64))],
    "instants": [b"2026-01-02T03:04:05.678Z", b"2015-2-02T00:30:08+05:30"],
    "definitions": [b"project: p\nsignals:\n  s: {count: x, within: 3 days}\nsegments:\n  seg: {when: s > 1}\n"],
    "predicates": [b"s >= 1 AND NOT (trait.plan IN ('a', 'b') OR age < INTERVAL '2 days')", b"has(trait.x, 1)"],
}


@pytest.mark.parametrize("target", SEEDS)
def test_nothing_that_atheris_tries_raises(target: str, tmp_path: Path) -> None:
    if find_spec("atheris") is None:
        missing("atheris")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[target]):
        (corpus / str(number)).write_bytes(seed)
    command = [sys.executable, "-m", "tests.fuzz.targets", target, str(corpus), "-runs=2000", "-seed=1", "-max_len=400"]
    done = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/"], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
