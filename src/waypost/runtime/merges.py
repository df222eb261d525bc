"""Taking a merge back: the links between two ids, of a range of time, count no more, and all that followed from them.

What is taken back is an entry in the log like everything else; whoever is concerned is folded again.
"""

from hashlib import blake2b

from waypost.model.events import Event
from waypost.model.people import Id, Undo, anonymous, user
from waypost.model.problems import Problem
from waypost.model.time import Instant
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.transactions import Arrival, Question

EVER = 2**62


def undo_link(runtime: Runtime, one: str, other: str, start: Instant | None = None, end: Instant | None = None) -> None:
    """Take back the claims and aliases between two ids (bare, in either role) whose instant lies in [start, end].

    Args:
        runtime: The open Waypost.
        one: An id.
        other: The id that it should not have been linked with.
        start: The first instant; None is ever.
        end: The last instant; None is for ever, so that links that come later are taken back too.

    Raises:
        Problem: `unknown_person` where nobody has one of the ids, `bad_request` for one id or an empty range.
    """
    undo = Undo(one, other, -EVER if start is None else start, EVER if end is None else end)
    if one == other:
        raise Problem("bad_request", f"{one!r} is one id, which no link joins to itself", "name two ids")
    if undo.start > undo.end:
        raise Problem("bad_request", "the range of time ends before it starts", "swap its ends")
    entry = runtime.commits.wait(Question(lambda now: _entry(runtime, undo, now)))
    runtime.commits.wait(Arrival([entry]))


def _entry(runtime: Runtime, undo: Undo, now: Instant) -> Event:
    filed = [_known(runtime, name) for name in (undo.one, undo.other)]
    said: dict[str, Json] = {"one": undo.one, "other": undo.other, "start": undo.start, "end": undo.end}
    name = min(filed, key=lambda identity: identity[0] != "u")
    return Event(
        message_id=blake2b(repr(sorted(said.items())).encode(), digest_size=16).hexdigest(),
        kind="undo",
        name="",
        at=now,
        user_id=name[2:] if name[0] == "u" else None,
        anonymous_id=None if name[0] == "u" else name[2:],
        properties=said,
        source="waypost",
        received_at=now,
    )


def _known(runtime: Runtime, name: str) -> Id:
    for identity in (user(name), anonymous(name)):
        if runtime.identities.find(identity):
            return identity
    raise Problem("unknown_person", f"nobody here has the id {name!r}", "name two ids that the log has")
