"""Every benchmark runs and prints its rows. What they measure, nobody asserts: a busy machine must not fail a test."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from bench.imports import CLICKS
from bench.peers import installed

ROOT: Final = Path(__file__).parents[2]


def ran(name: str) -> str:
    """What a benchmark prints."""
    command = [sys.executable, "-m", "bench", name, "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"== {name}\nmachine: ")
    return done.stdout


def test_ingest_stands_beside_its_limit() -> None:
    said = ran("http_ingest")
    for size in (100, 20, 1):
        assert f"\n{size} waypost " in said
        assert f"\n{size} log only " in said
    assert "\nevents/s of the limit's, batches of 100: " in said


def test_next_stands_beside_an_empty_route() -> None:
    said = ran("next")
    assert "\nPOST /v1/next " in said
    assert "\nan empty ASGI route " in said


def test_decisions_stand_beside_peers_that_agree_where_they_are_installed() -> None:
    said = ran("decide")
    assert ("\nall three agree on " in said) is installed()
    for what in ("conditions", "decisions"):
        for who in ("waypost", "growthbook", "flagsmith") if installed() else ("waypost",):
            assert f"\n{what}: {who} " in said


@pytest.mark.data
@pytest.mark.skipif(not CLICKS.exists(), reason="the data sets are not beside the checkout")
def test_an_import_stands_beside_a_copy() -> None:
    said = ran("imports")
    assert "\nwaypost import " in said
    assert "\nDuckDB: CREATE TABLE AS " in said


def test_a_footprint_has_two_sizes() -> None:
    said = ran("footprint")
    assert "100 people" in said
    assert "300 people" in said
    assert "\nready after kill -9 (in use) " in said


def test_an_unknown_benchmark_is_told_what_there_is() -> None:
    command = [sys.executable, "-m", "bench", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "http_ingest, next, decide, batch, imports, footprint" in done.stdout
