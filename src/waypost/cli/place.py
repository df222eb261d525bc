"""Where a command works: the project folder, the settings, an open Waypost for as long as it is needed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from waypost.model.problems import Problem
from waypost.model.time import Instant, parse_instant
from waypost.runtime.settings import Settings, from_environment

if TYPE_CHECKING:
    from waypost.runtime.bundle import Runtime


@dataclass(frozen=True, slots=True)
class Place:
    """The project folder that `-C` named."""

    folder: Path

    def settings(self, **options: str | int | None) -> Settings:
        """The settings of the environment, with a command's options before them."""
        return from_environment(os.environ, self.folder, **options)

    @contextmanager
    def opened(self) -> Iterator["Runtime"]:
        """The project's Waypost, closed at the end."""
        from waypost.runtime.start import close, open_runtime

        runtime = open_runtime(self.settings())
        try:
            yield runtime
        finally:
            close(runtime)


def place(context: typer.Context) -> Place:
    """The place of this call."""
    found = context.find_root().obj
    assert isinstance(found, Place), "cli.main sets it"  # noqa: S101
    return found


def instant(text: str | None, option: str) -> Instant | None:
    """An option's instant.

    Raises:
        Problem: Where it is none.
    """
    if text is None:
        return None
    at = parse_instant(text)
    if at is None:
        raise Problem("bad_option", f"{option} is {text!r}, which is no instant", "write it as 2026-01-31T09:00:00Z")
    return at
