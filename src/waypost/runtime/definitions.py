"""Which definitions are live: the folder's from the first time on, after that those that were applied.

Every set that was ever live is kept with its files, so that a decision can name the one that made it. Editing a file
changes nothing until `apply` says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waypost.engine.program import compile_program
from waypost.engine.tracking import checker
from waypost.model.changes import Definitions
from waypost.model.problems import Problem
from waypost.model.time import Instant
from waypost.runtime.bundle import Live, Runtime
from waypost.runtime.folder import load_files, read_folder
from waypost.runtime.stores import definitions as store
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people
from waypost.runtime.stores.database import Database

LIVE = "definition_set"
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Application:
    """What `apply` did: the set that is live now, the one before, and whether anything changed."""

    hash: str
    before: str
    at: Instant
    changed: bool


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
            now = runtime.clock.now()
            runtime.live = live
            runtime.profiles.forget_all(now)
            # Whoever waited for nothing, or for later, under the rules before may have to be looked at under these.
            runtime.timers.everyone(now)


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
