"""The project's folder: the texts of its definition files, and what they make.

This is all that `check` and `test` need of this floor; no store and no thread is among it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

from waypost.definitions.load import load
from waypost.model.changes import Definitions, Issue
from waypost.model.problems import Problem
from waypost.runtime.settings import DATA
from waypost.runtime.zones import zones

LONGEST: Final = 2_000_000
"""Characters that are read of a file; `load` refuses one with half as many."""


class InvalidDefinitions(Problem):
    """Definition files with mistakes; `issues` has every one of them."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        errors = [issue for issue in issues if issue.level == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__("invalid_definitions", f"{errors[0]}{more}", "run `waypost check` for all of them")
        self.issues = issues


def check_folder(folder: Path) -> None:
    """Raise a Problem where a folder is no project's."""
    if not (folder / "waypost.yaml").is_file():
        raise Problem(
            "no_project", f"{folder} has no waypost.yaml", "name the project's folder, or run `waypost init` there"
        )


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a project's definition files by their paths; cases and Waypost's own data are not among them.

    Raises:
        Problem: Where the folder has no `waypost.yaml`, or a file cannot be read.
    """
    check_folder(folder)
    return {
        name: read_file(path)
        for path in yaml_files(folder)
        if (name := path.relative_to(folder).as_posix()).split("/")[0] not in (DATA, "cases")
    }


def yaml_files(folder: Path) -> list[Path]:
    """All `*.yaml` and `*.yml` below a folder in the order of their names; hidden ones, folders and pipes are none.

    Raises:
        Problem: `unreadable_file` for a folder that cannot be looked into: what it holds must not just be missing.
    """
    found: list[Path] = []
    if not folder.exists():
        return found
    for place, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = [Path(place, name) for name in files if not name.startswith(".") and name.endswith((".yaml", ".yml"))]
        found += [path for path in paths if not _is_no_file(path)]
    return sorted(found)


def read_file(path: Path) -> str:
    """The text of a file. What is not UTF-8 in it is left as no YAML may have it, so that it is told with its place.

    Raises:
        Problem: `unreadable_file`.
    """
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return file.read(LONGEST)
    except OSError as error:
        _unreadable(error)


def _unreadable(error: OSError) -> NoReturn:
    raise Problem(
        "unreadable_file",
        f"{error.filename} cannot be read: {error.strerror}",
        "mend its permissions, or take it away",
    ) from error


def _is_no_file(path: Path) -> bool:
    """Whether it is a folder or a pipe; a link that leads nowhere is told when it is read."""
    return path.exists() and not path.is_file()


def load_files(files: Mapping[str, str]) -> Definitions:
    """The definitions that these texts make.

    Raises:
        InvalidDefinitions: Where there is a mistake in them.
    """
    loaded = load(files, zones())
    if loaded.definitions is None:
        raise InvalidDefinitions(loaded.issues)
    return loaded.definitions
