"""Push steps: decided when something they look at has changed, kept as a decision, and put into the outbox.

What is imported, late, or true only because definitions changed starts nothing: `engine.journeys` says so from the
cause and the instants given here. Whether a delivery is still true when it leaves, `deliver` asks again.
"""

from collections.abc import Sequence

from waypost.engine.decide import decide, decision_event
from waypost.engine.pushes import is_news, may_push, push_wake
from waypost.model.decisions import Asked, Cause
from waypost.model.events import OWN_PREFIXES, Event
from waypost.model.people import PersonId, Transition
from waypost.model.time import HOUR, MINUTE, Instant
from waypost.runtime.appending import append_own
from waypost.runtime.bundle import Runtime
from waypost.runtime.cached import Entry
from waypost.runtime.stores import decisions as outbox

PAUSED_AGAIN = 5 * MINUTE
"""How soon a push that waits for `resume` is looked at again."""


def concerns_pushes(transitions: Sequence[Transition], events: Sequence[Event]) -> bool:
    """Whether push steps should be looked at: a condition of theirs turned, or a step came back."""
    for transition in transitions:
        if transition.kind == "watch":
            return True
    for event in events:  # noqa: SIM110 — a loop costs a third of any(), and every event passes here
        if event.name.startswith(OWN_PREFIXES):
            return True
    return False


def push(runtime: Runtime, person: PersonId, entry: Entry, cause: Cause, at: Instant) -> None:
    """Decide the push steps of one person as of `at`, and let what is offered wait in the outbox."""
    live = runtime.live
    entry.push = None
    if not live.pushes or not may_push(live.program, entry.profile):
        return
    at = max(at, entry.profile.seen)
    since = max(at - HOUR, live.since, entry.muted if cause == "time" else live.since)
    asked = Asked(push=True, cause=cause, live_from=since, paused=runtime.paused)
    decision = decide(live.program, entry.profile, asked, at)
    entry.push = push_wake(decision)
    if any(verdict.reason == "paused" for verdict in decision.verdicts):
        entry.push = at + PAUSED_AGAIN
    if not is_news(decision, entry.profile.history):
        return
    append_own(runtime, entry, person, [decision_event(decision)])
    for offer in decision.offers:
        outbox.put(
            runtime.database,
            outbox.Waiting(
                delivery_id=f"{decision.decision_id}.{offer.step}",
                owner=entry.number,
                step=offer.step,
                channel=offer.channel,
                decision_id=decision.decision_id,
                definition_set=decision.definition_set,
                decided_at=at,
                due=at,
            ),
        )
