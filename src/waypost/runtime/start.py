"""Opening a Waypost: the store, the live definitions, the committing thread; and closing it.

`open_runtime` may be called by several processes on one store, but only one of them may be its host (`serve`): that one
evaluates wake-ups and sends deliveries.
"""

import gc
import sys
from collections.abc import Mapping

from waypost.runtime.bundle import Runtime
from waypost.runtime.channels import Channel
from waypost.runtime.clock import Clock, SystemClock
from waypost.runtime.commits import Commits
from waypost.runtime.definitions import PAUSED, first_live
from waypost.runtime.folder import check_folder
from waypost.runtime.identity import Identities
from waypost.runtime.logs import Logger
from waypost.runtime.profiles import Profiles
from waypost.runtime.settings import Settings
from waypost.runtime.stores import definitions as facts
from waypost.runtime.stores.database import Database, StoreRefused, StoreUnavailable
from waypost.runtime.stores.log import Log
from waypost.runtime.stores.sqlite import HostLock, Sqlite
from waypost.runtime.timers import Timers
from waypost.runtime.transactions import idle, transact
from waypost.runtime.writing import open_written

Channels = Mapping[str, Channel]
"""How deliveries leave, by channel."""

_log = Logger("waypost.start")


def open_runtime(
    settings: Settings,
    clock: Clock | None = None,
    *,
    host: bool = False,
    channels: Channels | None = None,
) -> Runtime:
    """An open Waypost over the store and the project that the settings name.

    Args:
        settings: Where everything is.
        clock: What time it is; None is the machine's clock.
        host: Insist on being the store's only server. Otherwise it is host if nobody else is.
        channels: How deliveries leave, by channel; those of a channel that is not here are held.

    Raises:
        Problem: A store that cannot be opened or has a host already, or definitions with mistakes.
    """
    clock = clock or SystemClock()
    path = settings.store_path
    if path is None or not path.exists():
        # Before anything is made on the disk: a folder that is no project gets no store.
        check_folder(settings.folder)
    lock = None if path is None else HostLock(path)
    hosted = lock.take() if lock is not None else True
    if host and lock is not None and not hosted:
        raise StoreRefused(
            "store_in_use",
            f"the store {path} is in use by another server (process {lock.holder()})",
            "stop that one first, or name another store in WAYPOST_STORE",
        )
    try:
        database = Sqlite(path, tended=host)
        runtime = _assemble(settings, clock, database, lock if hosted else None, channels or {})
        if host:
            runtime.interpreter = _serve()
        return runtime
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def close(runtime: Runtime) -> None:
    """Write everything down, stop the committing thread and give the store back."""
    runtime.commits.close()
    try:
        while idle(runtime):
            pass
    except StoreUnavailable as problem:
        # All of it is derived from the log, and is derived again when the store is opened.
        _log.warning("what is written behind was not kept", reason=str(problem))
    runtime.close_readers()
    runtime.database.close()
    if runtime.interpreter is not None:
        threshold, interval = runtime.interpreter
        gc.set_threshold(*threshold)
        sys.setswitchinterval(interval)
    if runtime.hosted is not None:
        runtime.hosted.release()


def _serve() -> tuple[tuple[int, int, int], float]:
    """Set the interpreter up for a server, that holds millions of objects and whose threads hand work to each other.

    Returns:
        How it was set before.
    """
    before = gc.get_threshold(), sys.getswitchinterval()
    # Looking through everything that lives long for garbage would stop the server for seconds, and find none.
    # What is young is looked through in small portions: each is a pause, and the work is the same in all.
    gc.set_threshold(2_000, 5, 1_000_000)
    sys.setswitchinterval(0.0005)
    return before


def _assemble(
    settings: Settings, clock: Clock, database: Database, lock: HostLock | None, channels: Channels
) -> Runtime:
    with database.transaction():
        live = first_live(database, settings.folder, clock.now())
    log = Log(database)
    identities, timers = Identities(log), Timers(log.register)
    runtime = Runtime(
        settings=settings,
        clock=clock,
        database=database,
        log=log,
        identities=identities,
        profiles=Profiles(log, identities, timers, settings.most_profiles),
        timers=timers,
        live=live,
        paused=facts.fact(database, PAUSED) is not None,
        hosted=lock,
        channels=channels,
    )
    open_written(runtime)
    runtime._commits = Commits(lambda group: transact(runtime, group), lambda: idle(runtime))
    return runtime
