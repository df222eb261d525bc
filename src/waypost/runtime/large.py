"""People with very large logs: whose log is to be folded again beside the corridor, so that nobody waits behind it.

This is only the list; `folding` works it off.
"""

import threading
from typing import Final

from waypost.model.people import PersonId

LARGE: Final = 10_000
"""Events from which on a log is large: folding them holds everybody up for as long as it takes."""


class Large:
    """Who is known to be large, and who waits to be folded again. `turn` is held by whoever folds.

    `waiting` counts how often it was asked for: whoever has folded sees whether it was asked for again meanwhile.
    """

    def __init__(self, events: int = LARGE) -> None:
        self.events = events
        self.known: set[PersonId] = set()
        self.waiting: dict[PersonId, int] = {}
        self.turn = threading.Lock()

    def see(self, person: PersonId, events: int) -> None:
        """Take note of how long somebody's log is."""
        if events >= self.events:
            self.known.add(person)

    def ask(self, person: PersonId) -> None:
        """Have somebody folded again."""
        self.known.add(person)
        self.waiting[person] = self.waiting.get(person, 0) + 1
