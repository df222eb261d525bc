"""Settings: where the project lies, where its data are kept, and how people reach it.

They come from `WAYPOST_…` environment variables; each may come from a file instead, named by `WAYPOST_…_FILE`. Options
of a command win over both.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from waypost.model.problems import Problem

PROFILE: Final = 4_096
"""Bytes that a profile takes in memory, as measured for the example project."""

DATA: Final = ".waypost"
"""The folder beside the project's files in which the embedded default keeps everything."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one Waypost runs. Everything has a default but the folder.

    Attributes:
        folder: The project folder, with `waypost.yaml` at its root.
        store: `sqlite:///PATH`, `sqlite://` for memory; empty for `FOLDER/.waypost/waypost.db`.
        port: The port that `serve` listens on.
        host: The address that `serve` listens on.
        url: The address at which people reach it; empty for this machine and port.
        smtp: Where e-mail is handed over, `smtp://user:password@host:port`; empty for no e-mail.
        mail_from: The sender of e-mail.
        secret: What tokens and links are signed with; empty for one made and kept in the store.
        hot_profiles: How many people's profiles are kept in memory; 0 for as many as fit a quarter of the machine's.
    """

    folder: Path
    store: str = ""
    port: int = 8000
    host: str = "127.0.0.1"
    url: str = ""
    smtp: str = field(default="", repr=False)
    mail_from: str = ""
    secret: str = field(default="", repr=False)
    hot_profiles: int = 0

    @property
    def store_path(self) -> Path | None:
        """The file of the store, None for a store in memory.

        Raises:
            Problem: Where `store` is of a kind that this release does not know.
        """
        if not self.store:
            return self.folder / DATA / "waypost.db"
        if self.store == "sqlite://":
            return None
        path = self.store.removeprefix("sqlite:///")
        if path not in (self.store, "") and not Path(path).is_dir():
            return Path(path)
        scheme, found, _ = self.store.partition("://")
        said = f"{scheme}://…, which this release cannot open" if found else "no address of a store"
        if scheme == "sqlite":
            said = f"{self.store}, which names no file"
        raise Problem(
            "unknown_store", f"WAYPOST_STORE is {said}", "write sqlite:///PATH with the path of a file, or leave it out"
        )

    @property
    def most_profiles(self) -> int:
        """How many profiles are kept in memory."""
        if self.hot_profiles > 0:
            return self.hot_profiles
        return max(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4 // PROFILE, 10_000)

    @property
    def data(self) -> Path:
        """The folder for what is kept beside the store."""
        return self.folder / DATA

    @property
    def spill(self) -> Path | None:
        """Where questions about everyone may put what does not fit into memory; None with a store in memory."""
        return None if self.store_path is None else self.data / "spill"


def from_environment(environment: Mapping[str, str], folder: Path, **options: str | int | None) -> Settings:
    """Settings as the environment says, with options before it; an option of None does not count.

    Raises:
        Problem: Where a number is none, or a file named by `…_FILE` cannot be read.
    """
    given: dict[str, Any] = {}
    for item in fields(Settings):
        name = f"WAYPOST_{item.name.upper()}"
        option = options.get(item.name)
        value = _value(environment, name) if option is None else option
        if value is not None and item.name != "folder":
            given[item.name] = _number(name, value) if item.type is int else str(value)
    return Settings(folder, **given)


def _value(environment: Mapping[str, str], name: str) -> str | None:
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name) or None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("bad_setting", f"{name}_FILE names {file}, which cannot be read: {error}") from error


def _number(name: str, value: str | int) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise Problem("bad_setting", f"{name} is {value!r}; expected a whole number") from error
