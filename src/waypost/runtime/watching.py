"""`serve --watch`, for development: definition files are applied when they are saved.

What has mistakes is not applied; the mistakes are logged, and the next saving is tried again.
"""

import threading
from pathlib import Path
from typing import Final

from waypost.model.problems import Problem
from waypost.runtime.bundle import Runtime
from waypost.runtime.definitions import Application, apply_files
from waypost.runtime.folder import InvalidDefinitions, read_folder
from waypost.runtime.logs import Logger
from waypost.runtime.transactions import Question

EVERY: Final = 0.3
"""Seconds between two looks at the files."""
REASON: Final = "Saved while serve --watch ran."

_log = Logger("waypost.watch")


class Watcher:
    """A thread that looks at the project's files until it is stopped. Use it as a context."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waypost-watch", daemon=True)
        self._seen: dict[Path, tuple[int, int]] = {}

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def look(self) -> Application | None:
        """Apply the files if any was saved since the last look; what was done, None where nothing was.

        Raises:
            Problem: Files with mistakes, or a folder that cannot be read.
        """
        folder = self._runtime.settings.folder
        seen = {path: _stamp(path) for path in folder.rglob("*.y*ml")}
        if seen == self._seen:
            return None
        self._seen = seen
        files = read_folder(folder)
        return self._runtime.commits.wait(Question(lambda now: apply_files(self._runtime, files, REASON, now)))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                done = self.look()
                if done is not None and done.changed:
                    _log.info("definitions applied", definition_set=done.hash)
            except InvalidDefinitions as found:
                for issue in found.issues:
                    _log.error("not applied", issue=str(issue))
            except (Problem, OSError) as found:
                _log.error("not applied", reason=str(found))
            except Exception:
                # Whatever a file made go wrong, the next saving is looked at again.
                _log.exception("not applied")
            self._stopping.wait(EVERY)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is saved; of one that is gone again, or a link that leads nowhere, nothing is known."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
