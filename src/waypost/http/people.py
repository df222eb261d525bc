"""People, one person, why not, and the log, as JSON for servers with a read key; the shapes of the command line."""

import asyncio
from collections.abc import Mapping
from typing import Final

from waypost.http.answers import Answer, json_answer
from waypost.http.calls import Call, reader
from waypost.http.routes import Route
from waypost.model.problems import Problem
from waypost.model.time import Instant, parse_instant
from waypost.model.values import Json
from waypost.runtime import lookup

MOST_EVENTS: Final = 10_000


async def counts(call: Call) -> Answer:
    """How many people there are, by stage and segment."""
    reader(call)
    return json_answer(await asyncio.to_thread(lookup.people, call.door.runtime, as_of(call)))


async def person(call: Call) -> Answer:
    """One person: where they stand, and what they did."""
    reader(call)
    return json_answer(await asyncio.to_thread(lookup.person, call.door.runtime, call.tail, as_of(call)))


async def explain(call: Call) -> Answer:
    """Why a person does or does not get a step; without a step, each of them."""
    reader(call)
    runtime, step, at = call.door.runtime, call.query.get("step"), as_of(call)
    if step is None:
        return json_answer(await asyncio.to_thread(lookup.explain_all, runtime, call.tail, at))
    return json_answer(await asyncio.to_thread(lookup.explain, runtime, call.tail, step, at))


async def events(call: Call) -> Answer:
    """The log, or the quarantine, the latest first."""
    reader(call)
    runtime, limit = call.door.runtime, _limit(call)
    if "quarantined" in call.query:
        return json_answer({"quarantined": await asyncio.to_thread(lookup.quarantined, runtime, limit)})
    who, prefix = call.query.get("person"), call.query.get("prefix")
    found = await asyncio.to_thread(lookup.events, runtime, who=who, prefix=prefix, limit=limit)
    return json_answer({"events": found})


async def count(call: Call) -> Answer:
    """How many events there are, by the same choice."""
    reader(call)
    query = call.query
    number = await asyncio.to_thread(
        lookup.count_events,
        call.door.runtime,
        who=query.get("person"),
        prefix=query.get("prefix"),
        quarantined="quarantined" in query,
    )
    return json_answer({"count": number})


def as_of(call: Call) -> Instant | None:
    """The instant that the query names, None for now.

    Raises:
        Problem: `bad_request` for what is no instant.
    """
    text = call.query.get("as_of")
    if text is None:
        return None
    # A plus sign in a query is a space unless it was escaped.
    at = parse_instant(text.replace(" ", "+") if text[-6:-5] == " " else text)
    if at is None:
        raise Problem("bad_request", f"`as_of` is {text[:60]!r}", "write an instant such as 2026-01-31T09:00:00Z")
    return at


def _limit(call: Call) -> int:
    text = call.query.get("limit", "1000")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_EVENTS or len(text) > 9:
        raise Problem("bad_request", f"`limit` is {text[:60]!r}", f"write a whole number from 1 to {MOST_EVENTS}")
    return int(text)


_AS_OF: Final = {"as_of": "an instant (RFC 3339); left out: now"}
_CHOICE: Final = {
    "person": "the events of the person with this id",
    "prefix": "events whose message id begins so",
    "quarantined": "given at all: messages that were not fit for the log, with the reason",
}
_OBJECT: Final[Mapping[int, Json]] = {200: {"type": "object"}}


_EXPLAINED: Final[Json] = {
    "type": "object",
    "required": ["person", "step", "at", "offered", "reasons", "would_change"],
}


def _found(*required: str) -> Mapping[int, Json]:
    return {200: {"type": "object", "required": list(required)}}


ROUTES: Final = (
    Route(
        "GET",
        "/v1/people",
        counts,
        "How many people there are, by stage and segment",
        who="read",
        parameters=_AS_OF,
        answers=_found("at", "people", "stages", "segments"),
    ),
    Route(
        "GET",
        "/v1/people/{id}",
        person,
        "One person, by user id, anonymous id or external id",
        who="read",
        parameters=_AS_OF,
        answers=_found(
            "person", "ids", "signup", "at", "stage", "segments", "milestones", "signals", "traits", "timeline"
        ),
    ),
    Route(
        "GET",
        "/v1/people/{id}/explain",
        explain,
        "Why a person does or does not get a step",
        who="read",
        parameters={**_AS_OF, "step": "the step; left out: every step"},
        answers={200: {"anyOf": [_EXPLAINED, {"type": "array", "items": _EXPLAINED}]}},
    ),
    Route(
        "GET",
        "/v1/events",
        events,
        "The log or the quarantine, the latest first",
        who="read",
        parameters={**_CHOICE, "limit": f"at most so many, 1 to {MOST_EVENTS}; left out: 1000"},
        answers=_OBJECT,
    ),
    Route(
        "GET",
        "/v1/events/count",
        count,
        "How many events, or messages in quarantine, there are",
        who="read",
        parameters=_CHOICE,
        answers=_found("count"),
    ),
)
