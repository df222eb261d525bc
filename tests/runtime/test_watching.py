"""Definition files that are saved, broken and mended while a server watches them."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runtime.rooms import MAILING
from waypost.model.problems import Problem
from waypost.runtime import watching
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.watching import Watcher

BROKEN: dict[str, Callable[[Path], object]] = {
    "no YAML": lambda file: file.write_text("signals: [broken"),
    "not UTF-8": lambda file: file.write_bytes(b"signals: {}\n# caf\xe9\n"),
    "binary": lambda file: file.write_bytes(b"\xff\xfe\0binary"),
    "too deep": lambda file: file.write_text("signals: " + "{a: " * 2_000 + "1" + "}" * 2_000),
    "a link that leads nowhere": lambda file: file.symlink_to("nowhere"),
    "a link to itself": lambda file: file.symlink_to(file.name),
}
HARMLESS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda file: file.mkdir(),
    "a pipe": os.mkfifo,
    "a link to the folder": lambda file: file.symlink_to(".", target_is_directory=True),
    "nothing in it": lambda file: file.write_text(""),
}


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    folder = tmp_path / "project"
    shutil.copytree(MAILING, folder)
    opened = open_runtime(Settings(folder, store="sqlite://"), HandClock(1_772_366_400_000_000))
    yield opened
    close(opened)


def change(runtime: Runtime) -> None:
    file = runtime.settings.folder / "waypost.yaml"
    file.write_text(file.read_text().replace("when: shares >= 1, within", "when: shares >= 2, within"))


@pytest.mark.parametrize("broken", BROKEN)
def test_what_has_mistakes_is_not_applied_and_what_is_mended_is(runtime: Runtime, broken: str) -> None:
    watcher, before = Watcher(runtime), runtime.live.definitions.hash
    watcher.look()
    file = runtime.settings.folder / "more.yaml"
    BROKEN[broken](file)
    change(runtime)
    with pytest.raises(Problem, match=r"more\.yaml"):
        watcher.look()
    assert runtime.live.definitions.hash == before
    file.unlink()
    done = watcher.look()
    assert done is not None
    assert done.changed


@pytest.mark.parametrize("harmless", HARMLESS)
def test_what_is_no_definition_file_is_left_alone(runtime: Runtime, harmless: str) -> None:
    HARMLESS[harmless](runtime.settings.folder / "more.yaml")
    change(runtime)
    done = Watcher(runtime).look()
    assert done is not None
    assert done.changed


def test_a_link_is_followed_when_its_file_changes(runtime: Runtime, tmp_path: Path) -> None:
    file, elsewhere = runtime.settings.folder / "waypost.yaml", tmp_path / "elsewhere.yaml"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    watcher = Watcher(runtime)
    watcher.look()
    assert watcher.look() is None
    change(runtime)
    done = watcher.look()
    assert done is not None
    assert done.changed


def test_the_thread_lives_on_whatever_goes_wrong(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watching, "EVERY", 0.001)
    faults = iter([MemoryError(), RecursionError(), OSError()])
    looked = threading.Event()

    def look(watcher: Watcher) -> None:
        try:
            raise next(faults)
        except StopIteration:
            looked.set()

    monkeypatch.setattr(Watcher, "look", look)
    with Watcher(runtime):
        assert looked.wait(60)
