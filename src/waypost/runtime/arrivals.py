"""A log in memory that is folded as events arrive: what the corridor does, without a store, decisions or a clock."""

from collections.abc import Collection, Iterable, Sequence

from waypost.engine import observe
from waypost.engine.people import group_by_person
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.engine.wake import next_wake
from waypost.model.events import Event
from waypost.model.people import PersonId, State, Undo
from waypost.model.time import Instant


class Arrivals:
    """Everyone's profile: continued by events that are later than all that was seen, else folded again."""

    def __init__(self, program: Program, undos: Sequence[Undo] = ()) -> None:
        self._program = program
        self._undos = undos
        self._events: dict[str, Event] = {}
        self._profiles: dict[PersonId, Profile] = {}
        self._folded: dict[PersonId, set[str]] = {}

    def receive(self, events: Iterable[Event], now: Instant) -> None:
        """Take events in; the first copy of a message id counts. Those later than `now` wait for their time."""
        for event in events:
            self._events.setdefault(event.message_id, event)
        logs = group_by_person(self._events.values(), self._undos)
        for person in self._profiles.keys() - logs.keys():
            del self._profiles[person], self._folded[person]
        for person, log in logs.items():
            self._follow(person, [event for event in log if event.at <= now], now)

    def wake(self, now: Instant) -> None:
        """Evaluate everything that was due by `now`, each at its own instant."""
        for profile in self._profiles.values():
            while (due := next_wake(self._program, profile)) is not None and due <= now:
                observe.wake(self._program, profile, due)

    def people(self) -> Collection[PersonId]:
        """Everyone who exists."""
        return self._profiles.keys()

    def profile(self, person: PersonId) -> Profile | None:
        """The profile of one person, or None where nobody is."""
        return self._profiles.get(person)

    def state(self, person: PersonId, at: Instant) -> State | None:
        """What is true of one person at `at`, which is not before what was seen of them."""
        profile = self._profiles.get(person)
        return None if profile is None else observe.view(self._program, profile, at)

    def _follow(self, person: PersonId, log: Sequence[Event], now: Instant) -> None:
        profile, folded = self._profiles.get(person), self._folded.get(person, set())
        ids = {event.message_id for event in log}
        fresh = [event for event in log if event.message_id not in folded]
        if profile is not None and folded <= ids and all(event.at > profile.seen for event in fresh):
            observe.observe(self._program, profile, fresh)
        else:
            profile = observe.fold(self._program, person, log, now)
        if profile is not None:
            self._profiles[person] = profile
        else:
            self._profiles.pop(person, None)
        self._folded[person] = ids
