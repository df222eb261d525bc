"""One decision: gather → hold back → restrain → choose. This page is where to start reading.

Each phase only narrows, and gives a `Verdict` for whatever it drops; what is left is offered, with its words. Nothing
here knows a clock, a store or chance: the same log, definitions and question give the same decision (law 12).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from waypost.engine.charts import Chart, chart_of
from waypost.engine.entries import decision_event, delivery_event, identify, read_decision
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


@dataclass(frozen=True, slots=True)
class Answer:
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

    candidates, not_gathered = gather(chart.paths, standing, asked)
    if only is not None:
        candidates = [candidate for candidate in candidates if candidate.step.name == only]
    allowed, held_back = hold_back(candidates, definitions, holdout)
    if any(candidate.route.bound for candidate in allowed):
        counted = budget(standing, definitions, finished(chart, standing))
        able, restrained = restrain(allowed, standing, counted)
    else:
        counted, able, restrained = Budget(standing.state.at, definitions.zone), allowed, []
    shut = gate(definitions, standing, asked)
    offers, contents, chosen = choose(able, asked, counted, shut, _voice(chart, standing, asked))

    verdicts = (*chosen, *restrained, *held_back, *not_gathered)
    state = standing.state
    decision = Decision(
        decision_id="",
        person=state.person,
        at=state.at,
        definition_set=definitions.hash,
        stage=state.stage,
        segments=tuple(sorted(state.segments)),
        milestones=dict(state.milestones),
        offers=tuple(offers),
        verdicts=verdicts,
        asked=asked,
        key=key,
        opened=_opened(allowed, verdicts, shut) if asked.push else (),
        holdout=holdout,
    )
    return Answer(identify(decision), contents)


def _opened(allowed: Sequence[Candidate], verdicts: Sequence[Verdict], shut: Drop | None) -> tuple[str, ...]:
    """Push steps that begin to wait with this decision.

    What waits goes on waiting through a pause; what began while delivery was off for them never goes.
    """
    if shut is not None and shut.reason != "paused":
        return ()
    waiting = {one.step for one in verdicts if one.until is not None or one.reason == "paused"}
    return tuple(one.route.name for one in allowed if one.begins and one.route.name in waiting)


def choose(
    able: Sequence[Candidate], asked: Asked, counted: Budget, shut: Drop | None, voice: Callable[[Step], Content]
) -> tuple[list[Offer], dict[str, Content], list[Verdict]]:
    """The winners by priority, then by age, then by key, as far as slots and limits reach; and who lost to them."""
    offers: list[Offer] = []
    contents: dict[str, Content] = {}
    verdicts: list[Verdict] = []
    taken = 0
    for candidate in sorted(able, key=lambda one: (-one.route.step.priority, one.since, one.route.name)):
        route, step = candidate.route, candidate.route.step
        drop = None if asked.slots is None else _no_slot(taken, asked)
        if drop is None and route.bound:
            drop = refusal(candidate, counted)
        if drop is None:
            try:
                content = voice(step)
            except CopyError as error:
                drop = Drop("copy_error", str(error))
            else:
                # What would win takes its place also while delivery is off: the log shows what would have been.
                taken += 1
                counted.take(candidate)
                drop = shut
        if drop is not None:
            verdicts.append(Verdict(route.name, "choose", False, drop.reason, drop.because, drop.until))
            continue
        slot = None if route.push else candidate.held_until or counted.at + SLOT
        held, sentence = candidate.held_until is not None, because(candidate)
        offers.append(Offer(route.name, route.journey.name, step.channel, sentence, candidate.more_first, held, slot))
        contents[route.name] = content
        if sentence is route.chosen.because:
            verdicts.append(route.chosen)
        else:
            verdicts.append(Verdict(route.name, "choose", True, "held" if held else "chosen", sentence))
    return offers, contents, verdicts


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


def _voice(chart: Chart, standing: Standing, asked: Asked) -> Callable[[Step], Content]:
    """What fills in a step's words for this person."""
    chain = locales(asked.locale, standing.state, chart.definitions)
    return lambda step: chart.book.speak(step, standing.state, chart.definitions, chain)


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
