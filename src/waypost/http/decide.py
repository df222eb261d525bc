"""`POST /v1/next`: what one person should see now, and why."""

from collections.abc import Mapping
from typing import Final

from waypost.engine.payloads import mended
from waypost.http.answers import Answer, json_answer
from waypost.http.askers import asked_about
from waypost.http.calls import Call
from waypost.http.routes import Route
from waypost.model.problems import Problem
from waypost.model.values import Json
from waypost.runtime.decide import ask_async

MOST_SLOTS: Final = 1_000


async def next_step(call: Call) -> Answer:
    """The decision for the person that the body names."""
    question = await call.question()
    who, alone = asked_about(call, question)
    slots = question.get("slots")
    if slots is not None and (isinstance(slots, bool) or not isinstance(slots, int) or not 0 <= slots <= MOST_SLOTS):
        raise Problem(
            "bad_request", "`slots` is no whole number of 0 or more", "leave it out for as many as the limits allow"
        )
    found = await ask_async(
        call.door.runtime,
        who,
        page=_text(question, "page", 2_000),
        slots=slots,
        locale=_text(question, "locale", 40),
        alone=alone,
    )
    return json_answer(found.body)


def _text(question: Mapping[str, Json], name: str, limit: int) -> str | None:
    value = question.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > limit):
        raise Problem("bad_request", f"`{name}` is no text of at most {limit} characters")
    return value and mended(value)


_TEXT: Final[Json] = {"type": "string"}
_MAYBE: Final[Json] = {"type": ["string", "null"]}
_QUESTION: Final[Json] = {
    "type": "object",
    "properties": {
        "userId": {"type": ["string", "integer", "null"], "description": "with a read key, or a token for this user"},
        "anonymousId": {"type": ["string", "integer", "null"], "description": "all that a write key may ask about"},
        "page": {"type": "string", "description": "the path of the page that asks"},
        "slots": {"type": "integer", "minimum": 0, "maximum": MOST_SLOTS},
        "locale": _TEXT,
        "token": {"type": "string", "description": "what the header Waypost-Token may say"},
    },
}
_ANSWER: Final[Json] = {
    "type": "object",
    "required": [
        "decision_id",
        "person",
        "at",
        "definition_set",
        "stage",
        "segments",
        "milestones",
        "steps",
        "not_now",
    ],
    "properties": {
        "decision_id": _TEXT,
        "person": _TEXT,
        "at": {"type": "string", "format": "date-time"},
        "definition_set": _TEXT,
        "stage": _MAYBE,
        "segments": {"type": "array", "items": _TEXT},
        "milestones": {"type": "object", "additionalProperties": _MAYBE},
        "steps": {
            "type": "array",
            "items": {"type": "object", "required": ["step", "channel", "copy", "parameters", "experiment", "because"]},
        },
        "not_now": {"type": "array", "items": {"type": "object", "required": ["step", "reason", "until"]}},
        "holdout": {"type": "boolean"},
    },
}

ROUTES: Final = (
    Route(
        "POST",
        "/v1/next",
        next_step,
        "What a person should see next, and why",
        who="asker",
        answers={200: _ANSWER},
        body=_QUESTION,
        pages=True,
    ),
)
