"""Every readout as JSON, for servers with a read key; the shapes of the command line."""

import asyncio
from typing import Final

from waypost.http.answers import Answer, json_answer
from waypost.http.calls import Call, reader
from waypost.http.people import as_of
from waypost.http.routes import Route
from waypost.runtime import readouts


async def milestones(call: Call) -> Answer:
    """How many people reach each milestone, and how fast."""
    reader(call)
    told = await asyncio.to_thread(readouts.milestones, call.door.runtime, as_of(call), call.query.get("by"))
    return json_answer(told)


ROUTES: Final = (
    Route(
        "GET",
        "/v1/readouts/milestones",
        milestones,
        "How many people reach each milestone, and how fast",
        who="read",
        parameters={
            "as_of": "an instant (RFC 3339); left out: now",
            "by": "what splits the people: `stage`, the name of a stage or segment, `trait.NAME`, or a predicate",
        },
        answers={200: {"type": "object", "required": ["as_of", "definition_set", "rows"]}},
    ),
)
