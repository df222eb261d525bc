"""One open Waypost with a small project and a clock moved by hand; its door in process, and as a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.doors import KINDS, NOW, PROJECT, Client, Keys, Served, served
from waypost.http.app import App, build_app
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "waypost.yaml").write_text(PROJECT)
    return tmp_path


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def runtime(folder: Path, clock: HandClock) -> Iterator[Runtime]:
    opened = open_runtime(Settings(folder, store="sqlite://"), clock)
    yield opened
    close(opened)


@pytest.fixture
def app(runtime: Runtime) -> App:
    return build_app(runtime)


@pytest.fixture
def keys(app: App) -> Keys:
    return Keys(*(app.door.access.create(kind)[0] for kind in KINDS))


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)


@pytest.fixture
def server(folder: Path) -> Iterator[Served]:
    with served(folder) as found:
        yield found
