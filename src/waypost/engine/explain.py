"""Why one person does or does not get one step, and the nearest change that would flip it.

The reasons are those of the decision itself: the same phases run, so an explanation cannot say anything else than what
would happen. What would change it is looked for behind the first reason alone; another may come up after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.engine.charts import Chart, chart_of
from waypost.engine.decide import finished, settle
from waypost.engine.facts import Facts, nearest
from waypost.engine.journeys import enrolled, front_of
from waypost.engine.limits import budget
from waypost.engine.observe import as_of
from waypost.engine.profiles import Profile
from waypost.engine.program import Program
from waypost.engine.routes import Path, ending
from waypost.engine.standing import Standing, stand
from waypost.model.conditions import Condition
from waypost.model.decisions import PHASES, Asked, Change, Explanation, Phase, Verdict
from waypost.model.people import bare
from waypost.model.steps import Step
from waypost.model.time import Instant, write_instant
from waypost.model.values import Json

_PASSED: dict[Phase, tuple[str, str]] = {
    "gather": ("eligible", "It could come next: its journey, order and conditions allow it."),
    "hold_back": ("in_programme", "The person is not held out."),
    "restrain": ("allowed", "No pause, cap or quiet hour stands against it."),
}

_TAKES_A_PLACE = frozenset({"chosen", "paused", "delivery_off", "testers"})
"""Reasons of what wins now, or would if anything were delivered: it uses up limits before what comes behind it."""


def explain(program: Program, profile: Profile, step: str, now: Instant, asked: Asked | None = None) -> Explanation:
    """Why the person gets the step as of `now` or not, asked as a page would, or as what falls due is.

    Raises:
        KeyError: The definitions have no such step.
    """
    found, there = program.definitions.steps[step], as_of(program, profile, now)
    standing = stand(program, there, now)
    facts = Facts(program.definitions, standing.state, lambda condition: program.test(condition)(there, now))
    question = asked if asked is not None else Asked(push=found.is_push)
    return explained(Inquiry(chart_of(program.definitions), standing, question, facts), found)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked: the definitions, prepared; the person; the question as it would be asked; what is true of them."""

    chart: Chart
    standing: Standing
    asked: Asked
    facts: Facts


def explained(inquiry: Inquiry, step: Step) -> Explanation:
    """The explanation for one person as they stand."""
    decision = settle(inquiry.chart, inquiry.standing, inquiry.asked).decision
    verdict = next((one for one in decision.verdicts if one.step == step.name), None)
    if verdict is None:
        verdict = Verdict(step.name, "gather", False, "no_journey", "It is a step of no journey.")
    passed = PHASES[: PHASES.index(verdict.phase)]
    reasons = (*(Verdict(step.name, phase, True, *_PASSED[phase]) for phase in passed), verdict)
    changes = () if verdict.kept else _would_change(verdict, step, inquiry, decision.verdicts)
    state = inquiry.standing.state
    return Explanation(state.person, step.name, state.at, verdict.kept, verdict.because, reasons, changes)


def shape(explanation: Explanation) -> dict[str, Json]:
    """The explanation as `explain --json` shows it."""
    return {
        "person": bare(explanation.person),
        "step": explanation.step,
        "at": write_instant(explanation.at),
        "offered": explanation.offered,
        "because": explanation.because,
        "reasons": [
            {
                "at_stage": reason.phase,
                "kept": reason.kept,
                "reason": reason.reason,
                "because": reason.because,
                "until": _written(reason.until),
            }
            for reason in explanation.reasons
        ],
        "would_change": [
            {"fact": change.fact, "now": change.now, "needed": change.needed} for change in explanation.would_change
        ],
    }


def _would_change(verdict: Verdict, step: Step, inquiry: Inquiry, all_of: Sequence[Verdict]) -> tuple[Change, ...]:
    asked, facts = inquiry.asked, inquiry.facts
    match verdict.reason:
        case "journey" | "exited":
            return _enter(step, inquiry)
        case "done" if inquiry.standing.past(step).completed is not None:
            # Completed in the product: that is for good, whatever `done_when` says.
            return ()
        case "done":
            return _flip(step.done_when, facts, want=False)
        case "after" | "order":
            return _unblock(verdict.reason, step, inquiry)
        case "show_when" | "send_when":
            return _flip(step.send_when if step.is_push else step.show_when, facts)
        case "page":
            return (Change("page", asked.page, step.page or ""),)
        case "slots":
            return (Change("slots", asked.slots, "one more"),)
        case "delivery_off":
            return (Change("delivery", "off", "on"),)
        case "paused":
            return (Change("delivery", "paused", "resumed"),)
        case "testers":
            return _flip(inquiry.chart.definitions.testers, facts)
        case "at_once" | "per_day" | "per_week" | "email_per_week" as limit:
            steps = inquiry.chart.definitions.steps
            winners = all_of if verdict.phase == "choose" else ()
            before = [steps[one.step] for one in winners if one.reason in _TAKES_A_PLACE]
            return _under(limit, verdict.until, step, inquiry, before)
        case reason:
            return _wait(reason, inquiry.standing.state.at, verdict.until)


def _flip(condition: Condition | None, facts: Facts, *, want: bool = True) -> tuple[Change, ...]:
    return () if condition is None else nearest(condition, facts, want) or ()


def _wait(fact: str, now: Instant, until: Instant | None) -> tuple[Change, ...]:
    return () if until is None else (Change(fact, write_instant(now), f"wait until {write_instant(until)}"),)


def _journeys_of(step: Step, chart: Chart) -> list[Path]:
    return [path for path in chart.paths if step.name in path.journey.steps]


def _enter(step: Step, inquiry: Inquiry) -> tuple[Change, ...]:
    """What would let the person into the journey of the step that is easiest to enter."""
    standing, facts = inquiry.standing, inquiry.facts
    ways: list[tuple[Change, ...]] = []
    for path in _journeys_of(step, inquiry.chart):
        journey = path.journey
        entry = enrolled(journey, standing)
        if isinstance(entry, int):
            continue
        if entry.reason == "journey":
            ways.append(_flip(journey.entry, facts))
        elif journey.again is not None and entry.until is not None:
            ways.append(_wait("again", standing.state.at, entry.until))
        elif journey.again is not None:
            ways.append(_flip(journey.exit, facts, want=False))
    return min((way for way in ways if way), key=len, default=())


def _unblock(reason: str, step: Step, inquiry: Inquiry) -> tuple[Change, ...]:
    """What would get the steps done that this one waits for."""
    chart, standing, facts = inquiry.chart, inquiry.standing, inquiry.facts
    blocking = [chart.definitions.steps[name] for name in step.after]
    if reason == "order":
        path = _journeys_of(step, chart)[0]
        entry = enrolled(path.journey, standing)
        front = front_of(path.routes, standing, entry) if isinstance(entry, int) else None
        blocking = [] if front is None else [front]
    changes: list[Change] = []
    for other in blocking:
        if ending(other).over(standing) is None:
            changes.extend(_flip(other.done_when, facts) or (Change(f"step.{other.name}", "not done", "done"),))
    return tuple(dict.fromkeys(changes))


def _under(
    limit: str, until: Instant | None, step: Step, inquiry: Inquiry, before: Sequence[Step]
) -> tuple[Change, ...]:
    """How much of a limit is used up, by what is offered `before` the step too; and when there is room again."""
    chart = inquiry.chart
    counted = budget(inquiry.standing, chart.definitions, finished(chart, inquiry.standing))
    used = {
        "at_once": len(counted.slots) + sum(not one.is_push for one in before),
        "per_day": counted.today + len(before),
        "per_week": len(counted.week) + len(before),
        "email_per_week": len(counted.emails) + sum(one.channel == "email" for one in before),
    }[limit]
    caps = [getattr(journey.limits, limit) for journey, *_ in _journeys_of(step, chart)]
    cap = min((one for one in caps if isinstance(one, int)), default=0)
    room = "" if until is None else f": wait until {write_instant(until)}"
    if before:
        # The place goes to them again when it is free, as long as nothing else changes.
        room = f": {', '.join(one.name for one in before)} first"
    return (Change(limit, used, f"fewer than {cap}{room}"),)


def _written(instant: Instant | None) -> str | None:
    return None if instant is None else write_instant(instant)
