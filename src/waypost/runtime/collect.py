"""The door of the corridor: messages as sent become events, or lie in quarantine with the reason.

Everything that needs no store (reading, checking against the tracking plan) happens here, on the caller's thread; then
the batch waits for the commit that it shares with others. What breaks a promise of the plan counts all the same; only
an unplanned event may be held or refused, as the plan says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from waypost.engine.messages import Refusal, read
from waypost.model.events import Event
from waypost.model.time import Instant
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.stores.events import Quarantined
from waypost.runtime.transactions import Arrival


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that did not become an event: its place in the batch, why, and whether quarantine keeps it."""

    place: int
    code: str
    message: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch. `accepted` are new in the log, `duplicates` were in it already."""

    accepted: int
    duplicates: int
    refused: tuple[Refused, ...] = ()
    violations: int = 0

    @property
    def quarantined(self) -> int:
        """How many messages lie in quarantine now."""
        return sum(item.kept for item in self.refused)

    @property
    def rejected(self) -> int:
        """How many messages are kept nowhere, since the plan rejects them."""
        return len(self.refused) - self.quarantined


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of a batch besides its messages.

    Attributes:
        received_at: When it came; None is now.
        sent_at: When the sender's clock says that it left.
        context: Defaults under each message's own context.
        kind: What all messages are, where the path says it; None where each message says it.
        source: The source of messages that do not tell.
        origin: How they came, for the quarantine.
        sizes: Bytes of each message as sent, where the caller knows.
        verified: Whether whoever sends may ask about anyone, so that the merges they tell of are verified.
    """

    received_at: Instant | None = None
    sent_at: Instant | None = None
    context: Mapping[str, Json] | None = None
    kind: str | None = None
    source: str = "server"
    origin: str = "http"
    sizes: Sequence[int] | None = None
    verified: bool = False


@dataclass(slots=True)
class _Read:
    events: list[Event] = field(default_factory=list)
    unfit: list[Quarantined] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    violations: int = 0

    def receipt(self, fresh: int) -> Receipt:
        return Receipt(fresh, len(self.events) - fresh, tuple(self.refused), self.violations)


def collect(
    runtime: Runtime,
    messages: Sequence[Json],
    *,
    received_at: Instant | None = None,
    sent_at: Instant | None = None,
    context: Mapping[str, Json] | None = None,
    kind: str | None = None,
    source: str = "server",
    origin: str = "http",
    sizes: Sequence[int] | None = None,
    verified: bool = False,
) -> Receipt:
    """Take messages of Segment's tracking API. When this returns they are on disk, and every segment stands.

    Safe to call from many threads at once; what waits at the same time shares a commit. Whatever else than JSON objects
    stands in the list is put into quarantine. The keywords are the fields of `Sender`.
    """
    sender = Sender(received_at, sent_at, context, kind, source, origin, sizes, verified)
    done = _read(runtime, messages, sender)
    fresh = runtime.commits.wait(Arrival(done.events, done.unfit)) if done.events or done.unfit else 0
    return done.receipt(fresh)


async def collect_async(
    runtime: Runtime,
    messages: Sequence[Json],
    *,
    received_at: Instant | None = None,
    sent_at: Instant | None = None,
    context: Mapping[str, Json] | None = None,
    kind: str | None = None,
    source: str = "server",
    origin: str = "http",
    sizes: Sequence[int] | None = None,
    verified: bool = False,
) -> Receipt:
    """`collect`, without holding the event loop while it waits."""
    sender = Sender(received_at, sent_at, context, kind, source, origin, sizes, verified)
    done = _read(runtime, messages, sender)
    fresh = await runtime.commits.wait_async(Arrival(done.events, done.unfit)) if done.events or done.unfit else 0
    return done.receipt(fresh)


def original(message: Json) -> str:
    """A message as JSON text, whatever it is."""
    try:
        return msgspec.json.encode(message).decode()
    except (TypeError, UnicodeEncodeError, RecursionError, msgspec.MsgspecError):
        try:
            return ascii(message)[:100_000]
        except RecursionError:
            return f"a {type(message).__name__} nested too deep to be written"


def _read(runtime: Runtime, messages: Sequence[Json], sender: Sender) -> _Read:
    done = _Read()
    received = runtime.clock.now() if sender.received_at is None else sender.received_at
    check, sizes = runtime.live.check, sender.sizes
    rejects = runtime.live.definitions.tracking.unplanned == "reject"
    for place, message in enumerate(messages):
        event = read(
            message,
            received_at=received,
            sent_at=sender.sent_at,
            kind=sender.kind,
            spare_id=_spare_id(runtime, message),
            defaults=sender.context,
            source=sender.source,
            size=0 if sizes is None else sizes[place],
            verified=sender.verified,
        )
        if isinstance(event, Refusal):
            code, reason, kept = event.code, event.message, True
        else:
            violations = check(event)
            if not violations or violations[0].code != "unplanned":
                done.violations += len(violations)
                done.events.append(event)
                continue
            code, reason, kept = "unplanned", violations[0].message, not rejects
        done.refused.append(Refused(place, code, reason, kept))
        if kept:
            done.unfit.append(Quarantined(received, sender.origin, None, code, reason, original(message)))
    return done


def _spare_id(runtime: Runtime, message: Json) -> str:
    """An id for a message that has none of its own."""
    if isinstance(message, Mapping) and message.get("messageId"):
        return ""
    return runtime.clock.new_id()
