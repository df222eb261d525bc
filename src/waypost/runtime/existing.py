"""People who match already: `apply --include-existing` lets push steps begin for them, too.

Otherwise whoever matches only because definitions changed is sent nothing. Everyone is asked once, in small
transactions; what began or was sent already begins no second time, so it may be ended at any point and begun again.
"""

from collections.abc import Callable
from functools import partial

from waypost.model.people import Id
from waypost.model.time import Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.cached import Entry
from waypost.runtime.pushes import push
from waypost.runtime.stores import people as store
from waypost.runtime.transactions import Question

PAGE = 100
"""How many ids share a transaction, so that no request waits long behind them."""


def push_existing(runtime: Runtime, progress: Callable[[int, int], None] | None = None) -> int:
    """Decide the push steps of everybody, also of those whose time began before the live definitions did.

    Args:
        runtime: The open Waypost.
        progress: Is told how many ids are done, of how many.

    Returns:
        For how many people something began.
    """
    after, begun, done = 0, 0, 0
    with runtime.reading() as database:
        total = store.count_ids(database)
    while True:
        page, found = runtime.commits.wait(Question(partial(_push, runtime, after)))
        if not page:
            return begun
        after, done, begun = page[-1], done + len(page), begun + found
        if progress is not None:
            progress(done, max(total, done))


def _push(runtime: Runtime, after: int, now: Instant) -> tuple[list[int], int]:
    """Look at those behind `after`: whose numbers they are, and for how many something began."""
    begun, page = 0, store.ids_after(runtime.database, after, PAGE)
    for _, identity in page:
        person = runtime.identities.person(identity)
        if person is None or Id(person) != identity:
            # An id of somebody who is met under another one.
            continue
        entry = runtime.profiles.get(person, runtime.live.program, now)
        if entry is None:
            continue
        before = _opened(entry)
        push(runtime, person, entry, "existing", now)
        runtime.profiles.put(person, entry)
        begun += _opened(entry) != before
    return [number for number, _ in page], begun


def _opened(entry: Entry) -> dict[str, Instant | None]:
    """When each push step last began to wait, or was decided."""
    return {name: past.opened for name, past in entry.profile.history.steps.items() if past.opened is not None}
