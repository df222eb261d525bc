"""Waypost's own entries in a person's log: a decision, the end of a delivery; and a decision read back.

What is written is complete: with the definition set that it names and the events known then, `read_decision` gives all
that it takes to decide again (law 12). Instants are RFC 3339, as everywhere that people read JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from waypost.model.decisions import Decision, DeliveryOutcome, Verdict
from waypost.model.events import Event
from waypost.model.people import PersonId, bare
from waypost.model.steps import Channel
from waypost.model.time import Instant, parse_instant, write_instant
from waypost.model.values import Json

SOURCE: Final = "waypost"
_encode: Final = msgspec.json.Encoder().encode
_LISTS: Final = {"offers": "slot_until", "verdicts": "until"}
"""Where instants stand in the lists of a decision."""


def identify(decision: Decision, fates: Iterable[bytes] | None = None, timed: bool = True) -> Decision:
    """The decision with its id and its digest, which its content alone decides.

    Deciding the same again makes the same id. Decisions whose candidates fared alike share a digest, also where one
    repeats an offer that the other made.

    Args:
        decision: The decision, without them.
        fates: The `fate` of each verdict, where the caller has them.
        timed: Whether a verdict may have an `until`.
    """
    verdicts = decision.verdicts
    fared = b"[%b]" % b",".join(map(fate, verdicts) if fates is None else fates)
    content = (
        decision.person,
        decision.at,
        decision.definition_set,
        decision.asked,
        decision.stage,
        decision.segments,
        decision.milestones,
        decision.key,
        decision.holdout,
        decision.opened,
        decision.offers,
        _untils(verdicts) if timed else (),
    )
    # In place, since the decision has only just been made: a copy would cost as much as the rest.
    msgspec.structs.force_setattr(decision, "decision_id", _digest(_encode(content) + fared))
    msgspec.structs.force_setattr(decision, "digest", _digest(fared))
    return decision


def _untils(verdicts: Iterable[Verdict]) -> list[tuple[int, Instant]]:
    return [(place, one.until) for place, one in enumerate(verdicts) if one.until is not None]


def fate(verdict: Verdict) -> bytes:
    """How a candidate fared, as JSON: what tells decisions apart by their digests."""
    return _encode((verdict.step, verdict.phase, "" if verdict.kept else verdict.reason))


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def decision_event(decision: Decision) -> Event:
    """The entry that keeps a decision: kind `decision`, with the decision's id as its message id."""
    said: dict[str, Json] = msgspec.to_builtins(decision)
    for own in ("decision_id", "person", "at"):
        del said[own]
    return _entry(decision.person, decision.decision_id, "decision", decision.at, _each_instant(said, _written))


def read_decision(event: Event) -> Decision:
    """The decision that an entry keeps.

    Raises:
        msgspec.ValidationError: The entry is no decision, or was written by a release that knows more.
    """
    said = _each_instant(event.properties, _read)
    who = f"u:{event.user_id}" if event.user_id is not None else f"a:{event.anonymous_id}"
    return msgspec.convert({**said, "decision_id": event.message_id, "person": who, "at": event.at}, Decision)


def delivery_event(
    person: PersonId,
    decision_id: str,
    step: str,
    *,
    channel: Channel,
    outcome: DeliveryOutcome,
    at: Instant,
    reason: str = "",
) -> Event:
    """The entry that keeps the end of one delivery; the same end makes the same message id, so it counts once."""
    said: dict[str, Json] = {
        "decision_id": decision_id,
        "step": step,
        "channel": channel,
        "outcome": outcome,
    }
    if reason:
        said["reason"] = reason
    message_id = _digest(msgspec.json.encode([decision_id, step, outcome]))
    return _entry(person, message_id, "delivery", at, said)


def _entry(person: PersonId, message_id: str, kind: str, at: Instant, properties: Mapping[str, Json]) -> Event:
    is_user = person.startswith("u:")
    return Event(
        message_id=message_id,
        kind="decision" if kind == "decision" else "delivery",
        name="",
        at=at,
        user_id=bare(person) if is_user else None,
        anonymous_id=None if is_user else bare(person),
        properties=properties,
        source=SOURCE,
        received_at=at,
    )


def _each_instant(said: Mapping[str, Json], change: Callable[[Json], Json]) -> dict[str, Json]:
    """A decision's JSON with every instant in it changed."""
    changed = dict(said)
    for name, key in _LISTS.items():
        items = said.get(name)
        if isinstance(items, list | tuple):
            changed[name] = [
                {**item, key: change(item[key])} if isinstance(item, Mapping) and key in item else item
                for item in items
            ]
    for name, keys in (("milestones", None), ("asked", ("live_from",))):
        inner = said.get(name)
        if isinstance(inner, Mapping):
            changed[name] = {key: change(value) if not keys or key in keys else value for key, value in inner.items()}
    return changed


def _written(value: Json) -> Json:
    return write_instant(value) if isinstance(value, int) else value


def _read(value: Json) -> Json:
    return parse_instant(value) if isinstance(value, str) else value
