"""Looking: one person now or as of any instant, why they get a step or not, and the log itself.

What is told here is folded from the log that is on disk, on the caller's own thread and connection, so that a long look
holds nobody up. People are found by user id, then by anonymous id, then by an external id such as an e-mail address.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from waypost.batch.names import segment_column
from waypost.engine import observe
from waypost.engine.explain import explain as explain_step
from waypost.engine.explain import shape
from waypost.engine.profiles import Profile
from waypost.model.decisions import Asked
from waypost.model.events import ENTRIES, Event
from waypost.model.people import Id, PersonId, State, Transition, anonymous, bare, user
from waypost.model.problems import Problem
from waypost.model.time import Instant, write_instant
from waypost.model.values import Json, Type, present
from waypost.runtime.bundle import Live, Runtime
from waypost.runtime.identity import Identities
from waypost.runtime.readouts import everyone
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.transactions import Question

SHOWN = 500
"""How many lines of a timeline are told; the latest ones."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One person as of an instant, with what they did and what began and ended up to then."""

    person: PersonId
    ids: tuple[Id, ...]
    profile: Profile
    state: State
    events: tuple[Event, ...]
    transitions: tuple[Transition, ...]


def find(identities: Identities, who: str) -> PersonId:
    """The person whom an id names: a user id, else an anonymous id, else the value of an external id.

    Raises:
        Problem: `unknown_person`, or `ambiguous` where an external id is that of several people.
    """
    for identity in (user(who), anonymous(who)):
        person = identities.person(identity)
        if person is not None:
            return person
    owners = store.names(identities.database, [owner for _, owner in store.external(identities.database, who)])
    people = {person for owner in owners.values() if (person := identities.person(owner)) is not None}
    if len(people) > 1:
        listed = ", ".join(sorted(bare(person) for person in people))
        raise Problem("ambiguous", f"{who!r} is an external id of several people: {listed}", "ask about one of them")
    if not people:
        raise Problem(
            "unknown_person",
            f"nobody here has the id {who!r}",
            "ask by a user id, an anonymous id, or a trait that `identity.external_ids` names",
        )
    return people.pop()


def see(runtime: Runtime, who: str, as_of: Instant | None = None) -> Seen:
    """One person as of an instant (None: now).

    Raises:
        Problem: `unknown_person` where nobody has the id, or where they had done nothing by then.
    """
    at = runtime.clock.now() if as_of is None else as_of
    with _reading(runtime) as identities:
        person = find(identities, who)
        events = sorted((event for event in identities.log(person) if event.at <= at), key=lambda event: event.order)
        ids = identities.ids(person)
    profile, transitions = _walk(runtime.live, person, events, at)
    if profile is None:
        raise Problem("unknown_person", f"{who!r} had done nothing by {write_instant(at)}", "ask for a later instant")
    state = observe.view(runtime.live.program, profile, max(at, profile.seen))
    return Seen(person, tuple(ids), profile, state, tuple(events), tuple(transitions))


def person(runtime: Runtime, who: str, as_of: Instant | None = None, *, lines: int = SHOWN) -> dict[str, Json]:
    """One person as `waypost person --json` shows them."""
    seen = see(runtime, who, as_of)
    state = seen.state
    return {
        "person": bare(seen.person),
        "ids": list(dict.fromkeys(bare(one) for one in seen.ids)),
        "signup": _instant(state.signup),
        "at": write_instant(state.at),
        "stage": state.stage,
        "segments": sorted(state.segments),
        "milestones": {name: _instant(at) for name, at in state.milestones.items()},
        "signals": {name: present(value, _type(runtime.live, name, value)) for name, value in state.signals.items()},
        "traits": dict(state.traits),
        "timeline": _timeline(seen)[-lines:] if lines else [],
    }


def explain(runtime: Runtime, who: str, step: str, as_of: Instant | None = None) -> dict[str, Json]:
    """Why a person does or does not get a step, as `waypost explain --json` shows it.

    Raises:
        Problem: `unknown_step`, or those of `see`.
    """
    steps = runtime.live.definitions.steps
    if step not in steps:
        raise Problem("unknown_step", f"there is no step {step!r}", f"choose one of {', '.join(steps) or 'none yet'}")
    return _explained(runtime, see(runtime, who, as_of), step)


def explain_all(runtime: Runtime, who: str, as_of: Instant | None = None) -> list[dict[str, Json]]:
    """The same for every step, in the order of the files.

    Raises:
        Problem: Those of `see`.
    """
    seen = see(runtime, who, as_of)
    return [_explained(runtime, seen, step) for step in runtime.live.definitions.steps]


def people(runtime: Runtime, as_of: Instant | None = None) -> dict[str, Json]:
    """How many people there are as of an instant (None: now), by stage and segment; asked of the whole log."""
    at = runtime.clock.now() if as_of is None else as_of
    definitions = runtime.live.definitions
    with everyone(runtime) as warehouse:
        table = warehouse.states_arrow(definitions, at)
    stages = Counter(table.column("stage").to_pylist())
    return {
        "at": write_instant(at),
        "people": table.num_rows,
        "stages": {rung.name: stages[rung.name] for rung in definitions.stages},
        "segments": {
            name: sum(value is True for value in table.column(segment_column(definitions, name)).to_pylist())
            for name in definitions.segments
        },
    }


def events(
    runtime: Runtime, *, who: str | None = None, prefix: str | None = None, limit: int = 1000
) -> list[dict[str, Json]]:
    """The log, the latest first: of one person, or of everyone; by the beginning of the message id.

    Raises:
        Problem: `unknown_person`.
    """
    with _reading(runtime) as identities:
        if who is None:
            return [event_shape(event) for event in log.search(identities.database, prefix, limit)]
        found = identities.log(find(identities, who))
    chosen = [event for event in found if prefix is None or event.message_id.startswith(prefix)]
    chosen.sort(key=lambda event: event.order, reverse=True)
    return [event_shape(event) for event in chosen[:limit]]


def count_events(
    runtime: Runtime, *, who: str | None = None, prefix: str | None = None, quarantined: bool = False
) -> int:
    """How many events there are, by the same choice; or how many messages lie in quarantine."""
    with _reading(runtime) as identities:
        if quarantined:
            return log.count_quarantined(identities.database)
        if who is None:
            return log.count(identities.database, prefix)
        found = identities.log(find(identities, who))
    return sum(prefix is None or event.message_id.startswith(prefix) for event in found)


def quarantined(runtime: Runtime, limit: int = 1000) -> list[dict[str, Json]]:
    """What lies in quarantine, the latest first, with its reason."""
    with runtime.reading() as database:
        return [
            {
                "row": item.row,
                "received_at": write_instant(item.received_at),
                "origin": item.origin,
                "line": item.line,
                "code": item.code,
                "reason": item.reason,
                "original": item.original,
            }
            for item in log.quarantined(database, limit)
        ]


def event_shape(event: Event) -> dict[str, Json]:
    """One event as JSON."""
    shape: dict[str, Json] = {
        "message_id": event.message_id,
        "type": event.kind,
        "event": event.name or None,
        "timestamp": write_instant(event.at),
        "user_id": event.user_id,
        "anonymous_id": event.anonymous_id,
        "source": event.source,
        "received_at": write_instant(event.received_at),
        "properties": dict(event.properties),
    }
    for name, value in (("previous_id", event.previous_id), ("group_id", event.group_id)):
        if value is not None:
            shape[name] = value
    if event.imported:
        shape["imported"] = True
    return shape


@contextmanager
def _reading(runtime: Runtime) -> Iterator[Identities]:
    """The ids and the logs of people, on the caller's thread, with everything that any process has committed."""
    runtime.commits.wait(Question(lambda now: None))
    with runtime.reading() as database:
        yield Identities(runtime.log.over(database))


def _explained(runtime: Runtime, seen: Seen, step: str) -> dict[str, Json]:
    asked = Asked(push=runtime.live.definitions.steps[step].is_push, paused=runtime.paused)
    return shape(explain_step(runtime.live.program, seen.profile, step, seen.state.at, asked))


def _walk(
    live: Live, person: PersonId, events: Sequence[Event], at: Instant
) -> tuple[Profile | None, list[Transition]]:
    """The profile as of an instant, and everything that began or ended on the way."""
    done = [event for event in events if event.kind not in ENTRIES]
    if not done:
        return None, []
    first = done[0].at
    profile = observe.fold(live.program, person, [event for event in done if event.at == first], first)
    if profile is None:
        return None, []
    transitions = _beginning(observe.view(live.program, profile, first))
    transitions += observe.observe(live.program, profile, [event for event in done if event.at > first])
    for event in events:
        if event.kind in ENTRIES:
            profile.history.remember(event)
    transitions += observe.wake(live.program, profile, at)
    return profile, [one for one in transitions if one.kind != "watch"]


def _beginning(state: State) -> list[Transition]:
    """What was true from the first instant on."""
    began = [Transition(state.at, "milestone", name, True) for name, at in state.milestones.items() if at is not None]
    began += [Transition(state.at, "segment", name, True) for name in sorted(state.segments)]
    return began if state.stage is None else [Transition(state.at, "stage", state.stage, True), *began]


def _timeline(seen: Seen) -> list[Json]:
    """Events, own entries and transitions in one order: what happened, then what it changed."""
    lines: list[tuple[Instant, int, Mapping[str, Json]]] = []
    for event in seen.events:
        what: dict[str, Json] = {"at": write_instant(event.at), "kind": event.kind, "name": event.name or event.kind}
        if event.kind in ENTRIES:
            what |= _entry(event)
        else:
            what |= {"source": event.source, "message_id": event.message_id, "properties": dict(event.properties)}
        lines.append((event.at, 2 if event.kind in ENTRIES else 0, what))
    for one in seen.transitions:
        word = "reached" if one.kind == "milestone" else "entered" if one.entered else "left"
        lines.append((one.at, 1, {"at": write_instant(one.at), "kind": one.kind, "name": one.name, "change": word}))
    lines.sort(key=lambda line: line[:2])
    return [line for _, _, line in lines]


def _entry(event: Event) -> dict[str, Json]:
    said = event.properties
    if event.kind == "decision":
        offers = said.get("offers")
        steps = (
            [offer.get("step") for offer in offers if isinstance(offer, Mapping)] if isinstance(offers, list) else []
        )
        return {"decision_id": event.message_id, "steps": steps}
    return {key: said[key] for key in ("decision_id", "step", "outcome", "reason", "one", "other") if key in said}


def _type(live: Live, signal: str, value: object) -> Type:
    type_ = live.definitions.signals[signal].type
    return type_ if type_ is not Type.ANY else Type.NUMBER if isinstance(value, int) else Type.STRING


def _instant(at: Instant | None) -> str | None:
    return None if at is None else write_instant(at)
