"""What most tests of sending begin with: a clock set by hand, a channel that remembers, a project to change."""

from pathlib import Path

import pytest

from tests.runtime.mailroom import Drum, project
from tests.runtime.rooms import NOON
from waypost.runtime.clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
def drum() -> Drum:
    return Drum()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path)
