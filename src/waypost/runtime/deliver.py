"""Deliveries leave: each is looked at once more just before, handed to its channel, and its end kept in the log.

A delivery is taken under a lease that is on disk before the channel is called, so that two workers never hold the same
one; if this process dies in between, it is tried again under the same `delivery_id` when the lease is over. Where no
channel is set up it is held, visibly, and never dropped for that.
"""

from dataclasses import dataclass
from functools import partial
from typing import assert_never

from waypost.engine.entries import delivery_event
from waypost.engine.pushes import recheck
from waypost.model.decisions import DeliveryOutcome
from waypost.model.people import PersonId
from waypost.model.time import HOUR, MINUTE, Instant
from waypost.runtime.appending import append_own
from waypost.runtime.bundle import Runtime
from waypost.runtime.cached import Entry
from waypost.runtime.channels import Failed, Message, Outcome, Retry, Sent
from waypost.runtime.pushes import PAUSED_AGAIN, push
from waypost.runtime.stores import decisions as outbox
from waypost.runtime.stores import people as store
from waypost.runtime.stores.decisions import Waiting
from waypost.runtime.transactions import Question

AT_ONCE = 50
LEASE = 5 * MINUTE
NO_CHANNEL = "no channel configured"


@dataclass(frozen=True, slots=True)
class _Taken:
    waiting: Waiting
    message: Message


def turn(runtime: Runtime) -> bool:
    """Let what is due leave, at most so much; whether there is more."""
    taken, more = runtime.commits.wait(Question(lambda now: _take(runtime, now)))
    for one in taken:
        outcome = runtime.channels[one.waiting.channel].deliver(one.message)
        runtime.commits.wait(Question(partial(_end, runtime, one.waiting, outcome)))
    return more


def _take(runtime: Runtime, now: Instant) -> tuple[list[_Taken], bool]:
    """Look once more at what is due: lease it, hold it, or drop what is no longer true."""
    taken = []
    due = outbox.due(runtime.database, now, AT_ONCE)
    for waiting in due:
        found = _person(runtime, waiting, now)
        if found is None:
            outbox.done(runtime.database, waiting.delivery_id)
            continue
        person, entry = found
        live = runtime.live
        now = max(now, entry.profile.seen)
        verdict, content = recheck(
            live.program, entry.profile, waiting.decision_id, waiting.step, now, paused=runtime.paused
        )
        if verdict.reason == "paused":
            outbox.later(runtime.database, waiting, now + PAUSED_AGAIN, "paused", waiting.attempts)
        elif not verdict.kept or content is None:
            _finish(runtime, waiting, found, now, outcome="dropped", reason=verdict.reason)
            push(runtime, person, entry, "time", now)
            runtime.profiles.put(person, entry)
        elif waiting.channel not in runtime.channels:
            outbox.later(runtime.database, waiting, now + HOUR, NO_CHANNEL, waiting.attempts)
        else:
            outbox.later(runtime.database, waiting, now + LEASE, "leaving", waiting.attempts + 1)
            traits = dict(entry.profile.traits)
            taken.append(_Taken(waiting, Message(waiting.delivery_id, person, traits, waiting.step, content)))
    return taken, len(due) == AT_ONCE


def _end(runtime: Runtime, waiting: Waiting, outcome: Outcome, now: Instant) -> None:
    """Keep what became of a delivery."""
    found = _person(runtime, waiting, now)
    if found is None:
        outbox.done(runtime.database, waiting.delivery_id)
        return
    match outcome:
        case Sent():
            _finish(runtime, waiting, found, now, outcome="sent")
        case Failed(reason):
            _finish(runtime, waiting, found, now, outcome="failed", reason=reason)
        case Retry(after, reason):
            outbox.later(runtime.database, waiting, now + after, reason, waiting.attempts + 1)
        case _:
            assert_never(outcome)


def _finish(
    runtime: Runtime,
    waiting: Waiting,
    whose: tuple[PersonId, Entry],
    now: Instant,
    *,
    outcome: DeliveryOutcome,
    reason: str = "",
) -> None:
    person, entry = whose
    event = delivery_event(
        person, waiting.decision_id, waiting.step, channel=waiting.channel, outcome=outcome, at=now, reason=reason
    )
    append_own(runtime, entry, person, [event])
    outbox.done(runtime.database, waiting.delivery_id)


def _person(runtime: Runtime, waiting: Waiting, now: Instant) -> tuple[PersonId, Entry] | None:
    name = store.names(runtime.database, [waiting.owner]).get(waiting.owner)
    person = None if name is None else runtime.identities.person(name)
    entry = None if person is None else runtime.profiles.get(person, runtime.live.program, now)
    return None if person is None or entry is None else (person, entry)
