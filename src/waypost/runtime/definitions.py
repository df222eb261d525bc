"""Which definitions are live: the folder's from the first time on, after that those that were applied.

Every set that was ever live is kept with its files, so that a decision can name the one that made it. Editing a file
changes nothing until `apply` says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waypost.definitions.load import load
from waypost.engine.program import compile_program
from waypost.engine.tracking import checker
from waypost.model.changes import Definitions, Issue
from waypost.model.problems import Problem
from waypost.model.time import Instant
from waypost.runtime.bundle import Live, Runtime
from waypost.runtime.settings import DATA
from waypost.runtime.stores import definitions as store
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people
from waypost.runtime.stores.database import Database
from waypost.runtime.zones import zones

LIVE = "definition_set"
PAUSED = "paused"


class InvalidDefinitions(Problem):
    """Definition files with mistakes; `issues` has every one of them."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        errors = [issue for issue in issues if issue.level == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__("invalid_definitions", f"{errors[0]}{more}", "run `waypost check` for all of them")
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Application:
    """What `apply` did: the set that is live now, the one before, and whether anything changed."""

    hash: str
    before: str
    at: Instant
    changed: bool


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
    files = {}
    for path in sorted(folder.rglob("*.y*ml")):
        parts = path.relative_to(folder).parts
        if (
            path.suffix in (".yaml", ".yml")
            and parts[0] not in (DATA, "cases")
            and not any(part.startswith(".") for part in parts)
            and not _is_no_file(path)
        ):
            files["/".join(parts)] = read_file(path)
    return files


def read_file(path: Path) -> str:
    """The text of a file. What is not UTF-8 in it is left as no YAML may have it, so that it is told with its place.

    Raises:
        Problem: `unreadable_file`.
    """
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise Problem(
            "unreadable_file", f"{path} cannot be read: {error.strerror}", "mend its permissions, or take it away"
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


def compiled(definitions: Definitions, since: Instant) -> Live:
    """Definitions made ready for use."""
    return Live(
        definitions,
        compile_program(definitions),
        checker(definitions.tracking),
        any(step.is_push for step in definitions.steps.values()),
        since,
    )


def first_live(database: Database, folder: Path, now: Instant) -> Live:
    """The live set of a store; the folder's, kept and made live, where the store has none yet. In a transaction."""
    found = stored_live(database)
    if found is not None:
        return found
    files = read_folder(folder)
    definitions = load_files(files)
    store.keep(database, definitions.hash, files)
    store.apply(database, definitions.hash, now, "The first definitions of this project.")
    store.say(database, LIVE, definitions.hash)
    return compiled(definitions, -(2**62))


def stored_live(database: Database) -> Live | None:
    """The set that the store says is live."""
    hash_ = store.fact(database, LIVE)
    if hash_ is None:
        return None
    history = store.applied(database)
    since = -(2**62) if len(history) == 1 else history[0].at
    return compiled(definition_set(database, hash_), since)


def definition_set(database: Database, hash_: str) -> Definitions:
    """A set that was live at some time.

    Raises:
        Problem: Where the store never had it.
    """
    files = store.files(database, hash_)
    if files is None:
        raise Problem("unknown_definition_set", f"no definition set {hash_} was ever live here")
    return load_files(files)


def live_again(runtime: Runtime) -> None:
    """Read again which set is live and whether delivery is paused: another process may have changed it."""
    runtime.paused = store.fact(runtime.database, PAUSED) is not None
    if store.fact(runtime.database, LIVE) != runtime.live.definitions.hash:
        live = stored_live(runtime.database)
        if live is not None:
            runtime.live = live
            runtime.profiles.forget_all(runtime.clock.now())


def apply_files(runtime: Runtime, files: Mapping[str, str], reason: str, now: Instant) -> Application:
    """Make these files the live set, inside a transaction: everyone is folded again, and nothing is pushed for it."""
    definitions = load_files(files)
    before = runtime.live.definitions
    if definitions.hash == before.hash:
        return Application(before.hash, before.hash, now, changed=False)
    database = runtime.database
    store.keep(database, definitions.hash, files)
    store.apply(database, definitions.hash, now, reason)
    store.say(database, LIVE, definitions.hash)
    runtime.live = compiled(definitions, now)
    runtime.profiles.forget_all(now)
    runtime.timers.everyone(now)
    if definitions.external_ids != before.external_ids:
        _read_external_ids(database, definitions)
    return Application(definitions.hash, before.hash, now, changed=True)


def set_paused(runtime: Runtime, paused: bool, now: Instant) -> None:
    """Stop or restart all delivery, inside a transaction."""
    store.say(runtime.database, PAUSED, str(now) if paused else None)
    runtime.paused = paused


def _read_external_ids(database: Database, definitions: Definitions) -> None:
    """Traits look people up from the whole log, under the names that the definitions say now."""
    people.forget_external(database)
    for owner, properties in log.identifies(database):
        values = ((name, properties.get(name)) for name in definitions.external_ids)
        people.add_external(
            database, [(value, name, owner) for name, value in values if isinstance(value, str) and value]
        )
