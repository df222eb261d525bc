"""What next: one person's decision, kept in the log where it says something new, written as `POST /v1/next` answers.

Asking again while an offer holds its slot gives the same decision and appends nothing. Of a person whom nobody knows
nothing is stored either.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from waypost.engine.decide import Answer, answer
from waypost.engine.entries import decision_event
from waypost.engine.observe import stranger
from waypost.engine.pushes import is_news
from waypost.model.decisions import Asked, Decision
from waypost.model.people import Id, PersonId, bare
from waypost.model.steps import Content
from waypost.model.time import Instant, write_instant
from waypost.model.values import Json
from waypost.runtime.appending import append_own
from waypost.runtime.bundle import Live, Runtime
from waypost.runtime.transactions import Asking
from waypost.runtime.visitors import own_profile


@dataclass(frozen=True, slots=True)
class Next:
    """A decision and the words of what it offers; `body` is the answer of `POST /v1/next`."""

    decision: Decision
    body: Mapping[str, Json]


def ask(
    runtime: Runtime,
    who: Id,
    *,
    page: str | None = None,
    slots: int | None = None,
    locale: str | None = None,
    alone: bool = False,
    now: Instant | None = None,
) -> Next:
    """What this person should see next, and why.

    Args:
        runtime: The open Waypost.
        who: One of their ids: `people.user(…)` or `people.anonymous(…)`.
        page: Where they are; None is anywhere.
        slots: How many steps the page has room for; None is as many as the limits allow.
        locale: The locale of the words; None is the project's.
        alone: Look only at what is surely theirs, as `visitors` says.
        now: The instant to decide for, by a clock of the caller's; None is the present.
    """
    asked = Asked(page=page, slots=slots, locale=locale)
    return runtime.commits.wait(Asking(lambda present: _ask(runtime, who, asked, alone, now or present)))


async def ask_async(
    runtime: Runtime,
    who: Id,
    *,
    page: str | None = None,
    slots: int | None = None,
    locale: str | None = None,
    alone: bool = False,
    now: Instant | None = None,
) -> Next:
    """`ask`, without holding the event loop while it waits."""
    asked = Asked(page=page, slots=slots, locale=locale)
    return await runtime.commits.wait_async(Asking(lambda present: _ask(runtime, who, asked, alone, now or present)))


def _ask(runtime: Runtime, who: Id, asked: Asked, alone: bool, now: Instant) -> Next:
    live = runtime.live
    asked = msgspec.structs.replace(asked, paused=runtime.paused)
    person = runtime.identities.person(who)
    entry = None if person is None else runtime.profiles.get(person, live.program, now)
    if person is None or entry is None:
        found = answer(live.program, stranger(live.program, PersonId(who), now), asked, now)
        return Next(found.decision, written(live, found))
    profile = (own_profile(runtime, who, now) if alone else None) or entry.profile
    now = max(now, profile.seen)
    found = answer(live.program, profile, asked, now)
    latest = profile.history.latest()
    if latest is not None and not is_news(found.decision, profile.history):
        return Next(found.decision, written(live, found, latest[1]))
    append_own(runtime, entry, person, [decision_event(found.decision)])
    return Next(found.decision, written(live, found))


def written(live: Live, found: Answer, decision_id: str | None = None) -> dict[str, Json]:
    """The answer of `POST /v1/next`."""
    decision = found.decision
    return {
        "decision_id": decision_id or decision.decision_id,
        "person": bare(decision.person),
        "at": write_instant(decision.at),
        "definition_set": decision.definition_set,
        "stage": decision.stage,
        "segments": list(decision.segments),
        "milestones": {name: _instant(at) for name, at in decision.milestones.items()},
        "steps": [
            {
                "step": offer.step,
                "channel": offer.channel,
                **_content(found.contents[offer.step]),
                "parameters": dict(live.definitions.steps[offer.step].parameters),
                "experiment": None,
                "because": offer.because,
                **({"more_first": True} if offer.more_first else {}),
            }
            for offer in decision.offers
        ],
        "not_now": [
            {"step": verdict.step, "reason": verdict.reason, "until": _instant(verdict.until)}
            for verdict in decision.verdicts
            if not verdict.kept
        ],
        "holdout": decision.holdout,
    }


def _content(content: Content) -> dict[str, Json]:
    said: dict[str, Json] = {"copy": dict(content.copy)}
    if content.stops:
        said["stops"] = list(content.stops)
    if content.questions:
        said["questions"] = list(content.questions)
    return said


def _instant(at: Instant | None) -> str | None:
    return None if at is None else write_instant(at)
