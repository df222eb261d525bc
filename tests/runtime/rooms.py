"""Opens a Waypost for a test: on any store, under the definitions of a folder or of an invented world."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from waypost.engine import observe
from waypost.engine.people import group_by_person
from waypost.engine.profiles import Profile
from waypost.model.changes import Definitions
from waypost.model.events import Event, Kind
from waypost.model.people import PersonId, Undo
from waypost.model.time import Instant, parse_instant
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.definitions import compiled
from waypost.runtime.settings import Settings
from waypost.runtime.start import open_runtime
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.transactions import Arrival, Question

HARBOUR: Final = Path(__file__).parents[2] / "examples" / "harbour"
SMALL: Final = Path(__file__).parent / "small"
MAILING: Final = Path(__file__).parent / "mailing"
EVER: Final = -(2**62)
NOON: Final = parse_instant("2026-01-05T12:00:00Z") or 0


def opened(
    clock: HandClock, definitions: Definitions | None = None, *, store: str = "sqlite://", hot: int = 100_000
) -> Runtime:
    """An open Waypost: Harbour's definitions, or the given ones in their place."""
    folder = HARBOUR if definitions is None else SMALL
    runtime = open_runtime(Settings(folder, store=store, hot_profiles=hot), clock)
    if definitions is not None:
        runtime.live = compiled(definitions, EVER)
    return runtime


def event(
    name: str,
    user_id: str | None = None,
    device: str | None = None,
    *,
    at: Instant = NOON,
    kind: Kind = "track",
    received: Instant | None = None,
    previous: str | None = None,
    **said: Json,
) -> Event:
    """Somebody did something; it came at once, or when it says."""
    message_id = f"{kind}-{name}-{user_id}-{device}-{at}"
    arrived = at if received is None else received
    return Event(message_id, kind, name, at, user_id, device, said, "web", arrived, previous)


def arrive(runtime: Runtime, events: Sequence[Event]) -> int:
    """Let events into the log, as `collect` does when it has read them; how many were new."""
    return runtime.commits.wait(Arrival(events))


def everyone(runtime: Runtime, at: Instant) -> dict[PersonId, Profile]:
    """Everyone's profile as the corridor keeps it, moved on to an instant, in a copy."""

    def ask(now: Instant) -> dict[PersonId, Profile]:
        found = {}
        for _, identity in list(store.all_ids(runtime.database)):
            person = runtime.identities.person(identity)
            entry = None if person is None else runtime.profiles.get(person, runtime.live.program, now)
            if person is not None and entry is not None:
                found[person] = observe.as_of(runtime.live.program, entry.profile, max(at, entry.profile.seen))
        return found

    return runtime.commits.wait(Question(ask))


def afresh(runtime: Runtime, at: Instant) -> dict[PersonId, Profile]:
    """Everyone's profile, folded from what has happened by the pure functions alone, and moved on to an instant."""
    events = [event for _, event in log.after(runtime.database, 0)]
    program = runtime.live.program
    found = {}
    for person, theirs in group_by_person(events, store.undos(runtime.database)).items():
        profile = observe.fold(program, person, theirs, min(at, runtime.clock.now()))
        if profile is not None:
            found[person] = observe.as_of(program, profile, max(at, profile.seen))
    return found


def temporary() -> str:
    """The address of a store in a new folder."""
    return f"sqlite:///{mkdtemp(prefix='waypost-')}/waypost.db"


def undone(events: Sequence[Event], undos: Sequence[Undo]) -> list[Event]:
    """The undos as entries, filed under the user that they name."""
    users = {event.user_id for event in events if event.user_id is not None}
    last = max(event.received_at for event in events)
    found = []
    for place, undo in enumerate(undos):
        said: dict[str, Json] = {"one": undo.one, "other": undo.other, "start": undo.start, "end": undo.end}
        owner = undo.one if undo.one in users else undo.other
        found.append(Event(f"undo-{place}", "undo", "", last, owner, None, said, "waypost", last))
    return found
