"""Waypost: live behavioural segments, the next step for each new person, and proof that it helped.

    import waypost

    with waypost.open("onboarding/") as w:
        w.track("ada", "signed_up", {"plan": "free"})
        print(w.next("ada")["steps"])

- `open`: Waypost inside an application, as a `Waypost`.
- `Waypost`: its verbs track, identify, page, screen, group, alias, send, next, person, explain.
- `open_async`: the same for an event loop, as an `AsyncWaypost`.
- `AsyncWaypost`: the same verbs, awaited.
- `Receipt`: what became of messages.
- `Problem`: what is wrong, and what to do.
- `load`: definition files as texts, checked: `Definitions`, or every mistake with its place.
- `Definitions`: all rules at one version.
- `compile_program`: definitions made ready for the engine.
- `fold`: a person's log as a profile.
- `view`: what is true of a profile as of an instant: a `State`.
- `Event`: one message in a person's log.
- `State`: what is true of one person at an instant.
- `Decision`: one answer to "what next", with every candidate and its reason.

Where things are, from the top: `http`, `cli`, `demo` and `embedded` are doors; `runtime` is the only floor that waits
(stores, clock, workers); `readout` answers questions about many people; `definitions`, `engine` and `batch` are three
siblings that do not know each other; `model` has the nouns. Everything below `runtime` is pure and can be used as a
library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from waypost.definitions.load import load
    from waypost.embedded import AsyncWaypost, Waypost, open, open_async  # noqa: A004
    from waypost.engine.observe import fold, view
    from waypost.engine.program import compile_program
    from waypost.model.changes import Definitions
    from waypost.model.decisions import Decision
    from waypost.model.events import Event
    from waypost.model.people import State
    from waypost.model.problems import Problem
    from waypost.runtime.collect import Receipt

__all__ = [
    "AsyncWaypost",
    "Decision",
    "Definitions",
    "Event",
    "Problem",
    "Receipt",
    "State",
    "Waypost",
    "compile_program",
    "fold",
    "load",
    "open",
    "open_async",
    "view",
]

_HOMES: Final = {
    "AsyncWaypost": "waypost.embedded",
    "Decision": "waypost.model.decisions",
    "Definitions": "waypost.model.changes",
    "Event": "waypost.model.events",
    "Problem": "waypost.model.problems",
    "Receipt": "waypost.runtime.collect",
    "State": "waypost.model.people",
    "Waypost": "waypost.embedded",
    "compile_program": "waypost.engine.program",
    "fold": "waypost.engine.observe",
    "load": "waypost.definitions.load",
    "open": "waypost.embedded",
    "open_async": "waypost.embedded",
    "view": "waypost.engine.observe",
}


def __getattr__(name: str) -> object:
    """A public name, fetched from its home when it is first asked for: whoever needs one floor loads no other."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
