"""Views: what ids are told that may not be told all of their person, each kept as a profile beside those of people.

A page asks again and again, so a view goes on with what is new, like everybody's profile. Which events are in it, and
why, `visitors` says; a view may be forgotten at any time, and is folded from the log again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from waypost.engine import observe
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.model.events import ENTRIES, Event
from waypost.model.people import Id, PersonId
from waypost.model.time import Instant

KEPT: Final = 5_000
"""How many views are kept."""


@dataclass(frozen=True, slots=True)
class View:
    """What an id is told: as which person, which events behind a position of the log, and what decides of that.

    As long as `rule` is equal, the events behind a position are all that is new since then.
    """

    person: PersonId
    rule: object
    events: Callable[[int], list[Event]]


@dataclass(slots=True)
class _Kept:
    """The profile of a view, up to a position of the log; `later` are events whose time had not come."""

    program: Program
    rule: object
    seq: int = 0
    profile: Profile | None = None
    later: list[Event] = field(default_factory=list)


class Views:
    """The views that were asked for lately. Only the committing thread uses them."""

    def __init__(self) -> None:
        self._kept: dict[Id, _Kept] = {}

    def profile(self, who: Id, view: View, program: Program, last: int, now: Instant) -> Profile:
        """The profile of a view, up to the last position of the log. Only to read."""
        kept = self._kept.pop(who, None)
        if kept is None or kept.program is not program or kept.rule != view.rule:
            kept = _Kept(program, view.rule)
        _go_on(kept, view, now)
        kept.seq = last
        if len(self._kept) >= KEPT:
            for old in list(islice(self._kept, KEPT // 10)):
                del self._kept[old]
        self._kept[who] = kept
        return kept.profile or observe.stranger(program, view.person, now)

    def forget(self) -> None:
        """Forget everything: what was read may not have been kept."""
        self._kept.clear()


def _go_on(kept: _Kept, view: View, now: Instant) -> None:
    """Bring a profile up to date: by what is new if all of that is later, else from the beginning."""
    fresh = kept.later + view.events(kept.seq)
    profile = kept.profile
    if profile is not None and all(event.at > profile.seen or event.kind in ENTRIES for event in fresh):
        due = sorted((event for event in fresh if event.at <= now), key=lambda event: event.order)
        observe.observe(kept.program, profile, due)
    elif fresh:
        fresh = view.events(0)
        kept.profile = observe.fold(kept.program, view.person, fresh, now)
    kept.later = [event for event in fresh if event.at > now]
