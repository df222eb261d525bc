"""Who is in a journey, and which of its steps could come next: the first phase of a decision, `gather`.

The truth of every condition was worked out by the fold: what is read here are the spells it kept (`Watch`), so that
gathering thirty steps is thirty look-ups. Whether a step may come now is not asked here: see `limits`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from waypost.engine.entries import fate
from waypost.engine.history import StepHistory
from waypost.engine.routes import GROUP, GROUPED, Path, Route, on_page
from waypost.engine.standing import Standing
from waypost.model.decisions import Asked, Verdict
from waypost.model.journeys import Journey
from waypost.model.people import Watch
from waypost.model.steps import Step
from waypost.model.time import HOUR, Instant, write_instant


class Drop(msgspec.Struct, frozen=True, gc=False):
    """A reason to leave something out: its stable word, a sentence, and until when it holds at least."""

    reason: str
    because: str
    until: Instant | None = None


_DONE: Final = Drop("done", "It is done.")


class Candidate(msgspec.Struct, gc=False):
    """A step that could come next.

    `since` is how long it could, `unlocked` the same with the steps it comes `after`, `held_until` the end of a slot
    that it still holds; `early` says that the pace unlocked it, `begins` that it is a push whose time began just now.
    """

    route: Route
    since: Instant
    unlocked: Instant
    held_until: Instant | None = None
    more_first: bool = False
    early: bool = False
    begins: bool = False

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.route.step


def enrolled(journey: Journey, standing: Standing) -> Instant | Drop:
    """Since when the person has been in the journey, or why they are not.

    They are in it while `for` is TRUE, unless `exit` held since they first entered. `again: never` makes that final; a
    duration lets them back so long after `exit` last held.
    """
    name, entry = journey.name, f"journey.{journey.name}.for"
    since = standing.since(entry, journey.entry)
    if since is None:
        return Drop("journey", f"Not in the journey {name}: its `for` does not hold.")
    way_out = None if journey.exit is None else standing.watch.get(f"journey.{name}.exit")
    if way_out is None:
        return since
    holds = way_out.since is not None
    entered = standing.watch.get(entry, Watch()).first
    left = way_out.ended if way_out.ended is not None and (entered is None or way_out.ended > entered) else None
    if not holds and left is None:
        return since
    if journey.again is None:
        return Drop("exited", f"Left the journey {name} for good: its `exit` held.")
    if holds or left is None:
        return Drop("exited", f"Not in the journey {name}: its `exit` holds.")
    back = left + journey.again
    if standing.state.at < back:
        return Drop("exited", f"Left the journey {name}, and may come back from {write_instant(back)} on.", back)
    return max(since, back)


class Gathered(msgspec.Struct, gc=False):
    """The candidates, and the verdicts on all other steps.

    `fates` are those of the verdicts, of several in a row also in one piece. `timed` says that a verdict may have an
    `until`, and from `special` on they are on steps that are not `watched` alone.
    """

    candidates: list[Candidate]
    verdicts: list[Verdict]
    fates: list[bytes]
    special: int = 0
    timed: bool = False


def gather(journeys: Sequence[Path], standing: Standing, asked: Asked) -> Gathered:
    """The steps that the person's journeys allow next, and why the others are not among them.

    A step of several journeys takes the first that allows it.
    """
    kept: dict[str, Candidate] = {}
    dropped: dict[str, Verdict] = {}
    for path in journeys:
        entry = enrolled(path.journey, standing)
        if isinstance(entry, Drop):
            for route in path.ways[asked.push].all:
                dropped.setdefault(route.name, _verdict(route, entry))
            continue
        found = _walk(path, standing, asked, entry)
        if len(journeys) == 1:
            return found
        for candidate in found.candidates:
            kept.setdefault(candidate.route.name, candidate)
        dropped = {**{one.step: one for one in found.verdicts[: found.special]}, **dropped}
        for one in found.verdicts[found.special :]:
            dropped.setdefault(one.step, one)
    for name in kept:
        dropped.pop(name, None)
    verdicts = list(dropped.values())
    return Gathered(list(kept.values()), verdicts, list(map(fate, verdicts)), timed=True)


def _walk(path: Path, standing: Standing, asked: Asked, entry: Instant) -> Gathered:
    """What one journey allows, to somebody who is in it: as long as they are, no verdict has an `until`."""
    journey, way, steps = path.journey, path.ways[asked.push], standing.history.steps
    front = front_of(path.routes, standing, entry) if journey.order == "fixed" else None
    candidates: list[Candidate] = []
    verdicts: list[Verdict] = []
    fates: list[bytes] = []
    apart: list[Verdict] = []
    for route in way.special:
        outcome = _consider(route, standing, asked, entry, front)
        if isinstance(outcome, Candidate):
            candidates.append(outcome)
        else:
            apart.append(_verdict(route, outcome))
    # Most steps of most people have a condition that does not hold, and nothing else is to be said of them.
    watch = standing.watch
    bits = way.looked_at(watch, steps)
    for group in way.groups:
        look = group.looks.get(bits & GROUPED) or group.look(bits & GROUPED)
        bits >>= GROUP
        lost: dict[str, Verdict] = {}
        for route in look.routes:
            if route.free and route.name not in steps:
                begun = watch[route.watched].since
                since = entry if begun is None or begun < entry else begun
                candidates.append(Candidate(route, since, since))
                continue
            outcome = _consider(route, standing, asked, entry, front)
            if isinstance(outcome, Candidate):
                candidates.append(outcome)
            else:
                lost[route.name] = _verdict(route, outcome)
        if lost:
            kept = {one.name for one in look.routes} - lost.keys()
            verdicts += (said := [lost.get(one.name, one.untrue) for one in group.routes if one.name not in kept])
            fates += map(fate, said)
        else:
            verdicts += look.untrue
            fates += look.fates
    special = len(verdicts)
    if apart:
        verdicts += apart
        fates += map(fate, apart)
    return Gathered(candidates, verdicts, fates, special)


def _verdict(route: Route, outcome: Drop | Verdict) -> Verdict:
    """What is said of a step that is left out."""
    if isinstance(outcome, Verdict):
        return outcome
    return Verdict(route.name, "gather", False, outcome.reason, outcome.because, outcome.until)


def front_of(path: Sequence[Route], standing: Standing, entry: Instant) -> Step | None:
    """The first step of a fixed order that is still to come: one closed, expired or shown often enough is passed."""
    for route in path:
        step, past = route.step, standing.past(route.step)
        if route.ending.over(standing) is None and past.dismissed is None and _used_up(route, standing, entry) is None:
            return step
    return None


def _possible(route: Route, standing: Standing, entry: Instant) -> Instant | None:
    """Since when the journey and the step's own condition have let it come, or None where they do not."""
    if route.when is None:
        return entry
    since = standing.since(*route.when)
    return None if since is None else max(since, entry)


def _used_up(route: Route, standing: Standing, entry: Instant) -> Drop | None:
    """Whether it was offered often enough, or for long enough; an offer that holds its slot stays up.

    `expires` counts from the first offer, and for a push, which may have to wait for its own, from when it could go.
    """
    step, past, now = route.step, standing.past(route.step), standing.state.at
    if past.held_until(now) is not None:
        return None
    if step.max_shows is not None and past.offered >= step.max_shows:
        return Drop("max_shows", f"It was offered {past.offered} of at most {step.max_shows} times.")
    if step.expires is not None:
        since = _possible(route, standing, entry) if step.is_push else past.first
        if since is not None and now >= since + step.expires:
            return Drop("expired", f"It expired on {write_instant(since + step.expires)}.")
    return None


def _consider(
    route: Route, standing: Standing, asked: Asked, entry: Instant, front: Step | None
) -> Candidate | Drop | Verdict:
    """One step of a journey that the person is in: a candidate, or the first reason against it."""
    journey, in_segment = route.journey, standing.state.segments
    past = standing.history.steps.get(route.name)
    if (past is not None or route.ending.done_when is not None) and route.ending.done(standing) is not None:
        return _DONE
    if past is not None and past.dismissed is not None:
        return Drop("dismissed", f"It was closed on {write_instant(past.dismissed)}, and a closed step stays closed.")
    if journey.order == "fixed" and front is not route.step:
        return Drop(
            "order", f"The journey {journey.name} has a fixed order: {front.name if front else 'nothing'} is next."
        )
    since = unlocked = _possible(route, standing, entry)
    early = False
    if route.after:
        early = journey.pace.fast in in_segment
        for earlier in () if early else route.after:
            followed = earlier.over(standing)
            if followed is None:
                return Drop("after", f"It comes after {earlier.name}, which is not done.")
            unlocked = followed if unlocked is None else max(unlocked, followed)
    if since is None or unlocked is None:
        return route.untrue
    if route.page is not None and asked.page is not None and not on_page(route.page, asked.page):
        return Drop("page", f"It appears on {route.step.page}, and the page is {asked.page}.")
    if route.counted:
        used_up = _used_up(route, standing, entry)
        if used_up is not None:
            return used_up
    held_until = None if past is None else past.held_until(standing.state.at)
    more_first = route.has_more and journey.pace.cautious in in_segment
    candidate = Candidate(route, since, unlocked, held_until, more_first, early)
    return _push(candidate, standing.past(route.step), standing, asked) if route.push else candidate


def _push(candidate: Candidate, past: StepHistory, standing: Standing, asked: Asked) -> Candidate | Drop:
    """A push goes once for each spell of its `send_when`, and only for one whose beginning was seen as it happened.

    A spell that began in imported history, with events that came late, or under definitions that were not yet live, is
    passed over for good; one that was seen is in the log (`opened`), and may wait for as long as the limits want.
    """
    if past.last is not None and past.last >= candidate.since:
        return Drop("sent", f"It was sent on {write_instant(past.last)}; it goes again when `send_when` begins anew.")
    if past.opened is not None and past.opened >= candidate.unlocked:
        return candidate
    unlocked = candidate.unlocked
    live_from = standing.state.at - HOUR if asked.live_from is None else asked.live_from
    imported = standing.history.imported
    seen = asked.cause in ("event", "time") and unlocked >= live_from and (imported is None or unlocked > imported)
    if not (seen or asked.cause == "existing"):
        return Drop(
            "not_begun",
            f"Its `send_when` began on {write_instant(max(unlocked, 0))} by imported history, late events or changed "
            "definitions, which start nothing.",
        )
    candidate.begins = True
    return candidate
