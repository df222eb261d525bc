"""A project that sends, in a folder of its own, so that tests can change its definitions while people wait."""

import shutil
from pathlib import Path

from tests.runtime.rooms import MAILING
from waypost.model.time import write_instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.channels import Message, Outcome, Sent
from waypost.runtime.clock import Clock
from waypost.runtime.collect import collect
from waypost.runtime.definitions import apply_files
from waypost.runtime.folder import read_folder
from waypost.runtime.settings import Settings
from waypost.runtime.start import open_runtime
from waypost.runtime.transactions import Question


class Drum:
    """A channel that does what it was told, and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[Message] = []
        self.next: list[Outcome] = []

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Who was given which step."""
        return [(message.person, message.step) for message in self.given]

    def deliver(self, message: Message) -> Outcome:
        self.given.append(message)
        return self.next.pop(0) if self.next else Sent()


def project(tmp_path: Path) -> Path:
    """The folder of `mailing`, to be changed."""
    folder = tmp_path / "project"
    shutil.copytree(MAILING, folder)
    return folder


def serving(folder: Path, clock: Clock, drum: Drum) -> Runtime:
    """Its server."""
    return open_runtime(Settings(folder), clock, host=True, channels={"email": drum, "webhook": drum})


def tell(runtime: Runtime, who: str, *events: str, ago: int = 0) -> None:
    """Somebody did something just now, or some time ago."""
    at = write_instant(runtime.clock.now() - ago)
    collect(runtime, [{"type": "track", "userId": who, "event": name, "timestamp": at} for name in events])


def change(folder: Path, old: str, new: str) -> None:
    """Edit its definitions."""
    file = folder / "waypost.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def apply(runtime: Runtime, folder: Path) -> None:
    """Put what is written in the folder live."""
    files = read_folder(folder)
    runtime.commits.wait(Question(lambda now: apply_files(runtime, files, "A test.", now)))
