"""One decision: gather → hold back → restrain → choose. This page is where to start reading.

Each phase only narrows, and gives a `Verdict` for whatever it drops; what is left is offered, with its words. Nothing
here knows a clock, a store or chance: the same log, definitions and question give the same decision (law 12).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from waypost.engine.charts import Chart, chart_of
from waypost.engine.entries import decision_event, delivery_event, fate, identify, read_decision
from waypost.engine.experiments import assignment_key, held_out, hold_back
from waypost.engine.history import SLOT
from waypost.engine.journeys import Candidate, Drop, gather
from waypost.engine.limits import Budget, budget, refusal, restrain
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.engine.routes import ending
from waypost.engine.standing import Standing, stand
from waypost.engine.steps import CopyError, because, locales
from waypost.model.changes import Definitions
from waypost.model.decisions import Asked, Decision, Offer, Verdict
from waypost.model.steps import Content, Step
from waypost.model.time import Instant

__all__ = ["Answer", "answer", "decide", "decision_event", "delivery_event", "read_decision", "settle"]


class Answer(NamedTuple):
    """A decision, and the words of what it offers, by step."""

    decision: Decision
    contents: Mapping[str, Content]


def decide(program: Program, profile: Profile, asked: Asked, now: Instant) -> Decision:
    """What one person gets as of `now`, which is not before `profile.seen`, and why not the rest."""
    return answer(program, profile, asked, now).decision


def answer(program: Program, profile: Profile, asked: Asked, now: Instant) -> Answer:
    """The decision, and the words of what it offers."""
    return settle(chart_of(program.definitions), stand(program, profile, now), asked)


def settle(chart: Chart, standing: Standing, asked: Asked, only: str | None = None) -> Answer:
    """The answer for one person as they stand: the four phases, in their order.

    Args:
        chart: The definitions, prepared.
        standing: The person as of the instant that is decided for.
        asked: What was asked, and why.
        only: Look at this step alone, as before a push leaves.
    """
    definitions = chart.definitions
    key = assignment_key(standing.state.person, standing.history)
    holdout = not asked.rehearse and held_out(definitions, key)

    gathered = gather(chart.paths, standing, asked)
    candidates = gathered.candidates
    if only is not None:
        candidates = [candidate for candidate in candidates if candidate.step.name == only]
    allowed, held_back = hold_back(candidates, definitions, holdout)
    able, counted = allowed, None
    restrained: Sequence[Verdict] = ()
    if chart.is_bound and any(candidate.route.bound for candidate in allowed):
        counted = budget(standing, definitions, finished(chart, standing))
        able, restrained = restrain(allowed, standing, counted)
    shut = gate(definitions, standing, asked)
    chain = locales(asked.locale, standing.state, definitions)

    def voice(step: Step) -> Content:
        return chart.book.speak(step, standing.state, definitions, chain)

    # Most projects give no two steps the same priority, and then age and name need not be looked at.
    ranked = sorted(able, key=_PRIORITY if chart.is_ranked else _rank)
    chosen = choose(ranked, asked, standing.state.at, counted, shut, voice, chart.book.plain(chain))

    dropped = [*restrained, *held_back]
    verdicts = (*chosen.verdicts, *dropped, *gathered.verdicts)
    state = standing.state
    decision = Decision(
        "",
        state.person,
        state.at,
        definitions.hash,
        state.stage,
        _sorted(state.segments),
        dict(state.milestones),
        tuple(chosen.offers),
        verdicts,
        asked,
        key,
        _opened(allowed, verdicts, shut) if asked.push else (),
        holdout,
    )
    fates = [*chosen.fates, *map(fate, dropped), *gathered.fates]
    timed = gathered.timed or chosen.timed or bool(dropped)
    return Answer(identify(decision, fates, timed), chosen.contents)


@lru_cache(1024)
def _sorted(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _opened(allowed: Sequence[Candidate], verdicts: Sequence[Verdict], shut: Drop | None) -> tuple[str, ...]:
    """Push steps that begin to wait with this decision.

    What waits goes on waiting through a pause; what began while delivery was off for them never goes.
    """
    if shut is not None and shut.reason != "paused":
        return ()
    waiting = {one.step for one in verdicts if one.until is not None or one.reason == "paused"}
    return tuple(one.route.name for one in allowed if one.begins and one.route.name in waiting)


class Chosen(msgspec.Struct, gc=False):
    """What is offered, with its words by step; and the verdicts on all that were left, each with its `entries.fate`.

    `timed` says that one of them has an `until`.
    """

    offers: list[Offer]
    contents: dict[str, Content]
    verdicts: list[Verdict]
    fates: list[bytes]
    timed: bool


def choose(
    ranked: Sequence[Candidate],
    asked: Asked,
    now: Instant,
    counted: Budget | None,
    shut: Drop | None,
    voice: Callable[[Step], Content],
    plain: Mapping[str, Content | None],
) -> Chosen:
    """The winners by priority, then by age, then by key, as far as slots and limits reach; and who lost to them.

    Args:
        ranked: Who is left, in that order.
        asked: What was asked.
        now: The instant that is decided for.
        counted: What the person has had; None where nobody is `bound` by it.
        shut: Why nothing is delivered, if so.
        voice: What fills in a step's words.
        plain: By step, the words that are the same for everybody, as far as they are known.
    """
    offers: list[Offer] = []
    contents: dict[str, Content] = {}
    verdicts: list[Verdict] = []
    fates: list[bytes] = []
    timed, taken, slots, slot = False, 0, asked.slots, now + SLOT
    for candidate in ranked:
        route = candidate.route
        name = route.name
        drop = None if slots is None else _no_slot(taken, asked)
        if drop is None and counted is not None and route.bound:
            drop = refusal(candidate, counted)
        if drop is None:
            try:
                content = plain.get(name) or voice(route.step)
            except CopyError as error:
                drop = Drop("copy_error", str(error))
            else:
                # What would win takes its place also while delivery is off: the log shows what would have been.
                taken += 1
                if counted is not None:
                    counted.take(candidate)
                drop = shut
        if drop is not None:
            verdict = Verdict(name, "choose", False, drop.reason, drop.because, drop.until)
            verdicts.append(verdict)
            fates.append(fate(verdict))
            timed = timed or drop.until is not None
            continue
        contents[name] = content
        until, verdict = candidate.held_until, route.chosen
        held, ends = until is not None, None if route.push else until or slot
        if held or candidate.early or candidate.more_first:
            verdict = Verdict(name, "choose", True, "held" if held else "chosen", because(candidate))
        verdicts.append(verdict)
        fates.append(route.fate)
        why, more = verdict.because, candidate.more_first
        offers.append(Offer(name, route.journey.name, route.step.channel, why, more, held, ends))
    return Chosen(offers, contents, verdicts, fates, timed)


_PRIORITY: Final = attrgetter("route.rank")


def _rank(candidate: Candidate) -> tuple[int, Instant, str]:
    route = candidate.route
    return route.rank, candidate.since, route.name


def gate(definitions: Definitions, standing: Standing, asked: Asked) -> Drop | None:
    """Why nothing at all is delivered to this person now, or None."""
    if asked.rehearse:
        return None
    if asked.paused:
        return Drop("paused", "All delivery is paused; `waypost resume` starts it again.")
    if definitions.delivery == "off":
        return Drop("delivery_off", "It would be offered now, but `delivery` is off.")
    if definitions.delivery == "testers" and not standing.tester:
        return Drop("testers", "It would be offered now, but `delivery` is for testers, and this person is none.")
    return None


def _no_slot(taken: int, asked: Asked) -> Drop | None:
    if asked.slots is None or taken < asked.slots or asked.push:
        return None
    return Drop("slots", f"The page asked for {asked.slots}, and others go first.")


def finished(chart: Chart, standing: Standing) -> frozenset[str]:
    """Steps of the person's past that are done by now, and so hold no slot."""
    steps = chart.definitions.steps
    return frozenset(
        name for name in standing.history.steps if name in steps and ending(steps[name]).done(standing) is not None
    )
