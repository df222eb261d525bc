"""What begins and ends, by the oracle: the state at every instant at which anything could change, one after another."""

from collections.abc import Iterator

from tests.laws.oracle import Log
from waypost.model.conditions import Condition
from waypost.model.people import State, Transition, Watch
from waypost.model.time import Instant


def transitions(log: Log, until: Instant, after: Instant | None = None) -> list[Transition]:
    """Everything that began or ended by `until` (and later than `after`), in the order of time."""
    told: list[Transition] = []
    before: State | None = None
    for at in log.candidates():
        if at > until:
            break
        state = log.state(at)
        if after is None or at > after:
            told.extend(sorted(between(before, state), key=order))
        before = state
    return told


def between(before: State | None, after: State | None) -> Iterator[Transition]:
    """What is otherwise in the second of two states."""
    if after is None:
        return
    at = after.at
    old_stage = before.stage if before is not None else None
    if old_stage != after.stage:
        if old_stage is not None:
            yield Transition(at, "stage", old_stage, entered=False)
        if after.stage is not None:
            yield Transition(at, "stage", after.stage, entered=True)
    old_segments = before.segments if before is not None else frozenset()
    for name in old_segments ^ after.segments:
        yield Transition(at, "segment", name, entered=name in after.segments)
    for name, reached in after.milestones.items():
        if reached is not None and (before is None or before.milestones[name] is None):
            yield Transition(at, "milestone", name, entered=True)


def watch(log: Log, condition: Condition, until: Instant) -> Watch:
    """The spells in which a condition was TRUE, up to `until`."""
    found = Watch()
    for at in log.candidates():
        if at > until:
            break
        holds = log.truth(condition, at) is True
        if holds and found.since is None:
            found.since = at
            found.first = at if found.first is None else found.first
        elif not holds and found.since is not None:
            found.since, found.ended = None, at
    return found


def next_change(log: Log, seen: Instant) -> Instant | None:
    """The first instant after `seen` at which something is otherwise than it was then, or None."""
    before = log.state(seen)
    later = (at for at in log.candidates() if at > seen)
    return next((at for at in later if any(between(before, log.state(at)))), None)


def order(transition: Transition) -> tuple[Instant, str, str, bool]:
    """An order for lists that are compared: by time, then as written."""
    return transition.at, transition.kind, transition.name, transition.entered
