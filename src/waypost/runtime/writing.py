"""What is written behind: profiles and the register, in small pieces, when nobody waits.

A round begins with a position in the log. It writes all profiles that were newer than the store then, after them all
changed chunks of the register; at its end the store says that everything up to that position is written, and opening
it reads only what is behind. Only the host of a store writes; for everyone else these caches live in memory alone.
"""

from waypost.runtime.bundle import Runtime
from waypost.runtime.profiles import ROWS
from waypost.runtime.stores import definitions as facts
from waypost.runtime.stores import people as store
from waypost.runtime.stores.register import CHUNK

WRITTEN = "written_upto"
"""The fact of up to which event profiles and register are written."""

LOOKED_AT = "looked_at_under"
"""The fact of which definition set the written register is of: under another one everybody must be looked at."""

BEHIND = 1_000_000
"""How many events may lie behind the last round that was finished, likewise."""

CHUNKS = 8
"""How many chunks of the register are written in one transaction."""


def write_some(runtime: Runtime, changed: int) -> None:
    """Write a little more than was changed where too much has gathered, at the end of a transaction."""
    if not runtime.is_host:
        runtime.profiles.abandon()
    elif runtime.profiles.is_crowded or runtime.log.last - runtime.writing.written > BEHIND:
        write_behind(runtime, max(ROWS, changed + changed // 4))


def write_behind(runtime: Runtime, rows: int = ROWS) -> bool:
    """Write the next piece, inside a transaction; whether there is more."""
    register, writing = runtime.log.register, runtime.writing
    if not runtime.is_host:
        return False
    if writing.upto is None:
        if not (runtime.profiles.unwritten or register.changed):
            return runtime.profiles.compact()
        writing.upto, writing.profiles, writing.chunks = runtime.log.last, runtime.profiles.unwritten, None
        writing.under = runtime.live.definitions.hash
    if writing.profiles > 0:
        writing.profiles -= runtime.profiles.write(rows) or writing.profiles
        return True
    if writing.chunks is None:
        writing.chunks = register.changed
    piece, writing.chunks = writing.chunks[:CHUNKS], writing.chunks[CHUNKS:]
    writing.done += piece
    register.write(runtime.database, piece)
    for chunk in piece:
        store.clear_dropped(runtime.database, chunk * CHUNK, (chunk + 1) * CHUNK)
    if not writing.chunks:
        facts.say(runtime.database, WRITTEN, str(writing.upto))
        facts.say(runtime.database, LOOKED_AT, writing.under)
        writing.written, writing.upto = writing.upto, None
    return True


def settle(runtime: Runtime) -> None:
    """The transaction was kept."""
    runtime.writing.done.clear()


def undo(runtime: Runtime) -> None:
    """The transaction was not kept: the round begins again."""
    writing = runtime.writing
    runtime.log.register.rewrite(writing.done)
    writing.done.clear()
    writing.upto = None


def open_written(runtime: Runtime) -> None:
    """Bring in what was written, and the log behind it: whoever has an event there is looked at soon."""
    now = runtime.clock.now()
    log, database = runtime.log, runtime.database
    log.register.open(database)
    for person in store.dropped(database):
        log.register.snapshot(person, 0)
    runtime.writing.written = int(facts.fact(database, WRITTEN) or 0)
    for owner in log.catch_up(runtime.writing.written):
        runtime.timers.set(owner, now)
    if facts.fact(database, LOOKED_AT) != runtime.live.definitions.hash:
        # Definitions were applied, and whoever did it ended before everyone's next wake-up was written.
        runtime.timers.everyone(now)
    runtime.timers.extend(now)
