"""One step on one journey, with all that can be known before a person comes; prepared once for a definition set.

How a step comes to its end, what it comes after, the name of its watched condition, the pages it appears on, and the
sentences that are the same for everybody. Who may come along a route, `journeys` says.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from waypost.engine.entries import fate
from waypost.engine.standing import Standing
from waypost.model.changes import Definitions
from waypost.model.conditions import Always, Condition
from waypost.model.decisions import Verdict
from waypost.model.journeys import Journey, Limits
from waypost.model.people import Watch
from waypost.model.steps import Step
from waypost.model.time import Instant

GROUP: Final = 8
"""How many steps are looked at together: there are 256 ways to look at eight."""
GROUPED: Final = (1 << GROUP) - 1

Named = tuple[str, Condition]
"""A watched condition with the name that its spells are kept under."""


class Ending(msgspec.Struct, frozen=True, gc=False):
    """How a step comes to its end: by its `done_when`, in the product, or, being a push without one, by being sent."""

    name: str
    done_when: Named | None
    by_sending: bool

    def done(self, standing: Standing) -> Instant | None:
        """Since when the step has been done: its `done_when` is TRUE, or it was completed in the product."""
        if self.done_when is not None:
            since = standing.since(*self.done_when)
            if since is not None:
                return since
        past = standing.history.steps.get(self.name)
        return None if past is None else past.completed

    def over(self, standing: Standing) -> Instant | None:
        """Since when others may follow the step: it is done or, being a push that nothing could do, sent."""
        since = self.done(standing)
        if since is None and self.by_sending:
            past = standing.history.steps.get(self.name)
            return past.grants[0].at if past is not None and past.grants else None
        return since


def ending(step: Step) -> Ending:
    """How the step comes to its end."""
    done_when = None if step.done_when is None else (f"step.{step.name}.done_when", step.done_when)
    return Ending(step.name, done_when, step.is_push and step.done_when is None)


class Route(msgspec.Struct, frozen=True, gc=False):
    """One step on one journey, with all that can be known before a person comes.

    Attributes:
        rank: Where it stands among others by its priority; the least goes first.
        watched: The name of its own condition, where nothing else decides for who has no past with it; else empty.
        free: Once its `watched` condition holds, nothing about the step itself stands against it.
        counted: It may be used up.
        bound: Some limit, pause or cap may hold it back.
        untrue: The verdict while its own condition does not hold.
        chosen: The verdict where it is offered, and nothing about that is special; `fate` is that of any offer.
    """

    name: str
    step: Step
    journey: Journey
    rank: int
    push: bool
    ending: Ending
    after: tuple[Ending, ...]
    when: Named | None
    page: re.Pattern[str] | None
    has_more: bool
    watched: str
    free: bool
    counted: bool
    bound: bool
    untrue: Verdict
    chosen: Verdict
    fate: bytes


class Look(NamedTuple):
    """A group of steps, some of them looked at: these, and the verdicts on the others, with their fates in one."""

    routes: Sequence[Route]
    untrue: Sequence[Verdict]
    fates: Sequence[bytes]


class Group:
    """A few steps of a way that are `watched` alone. What is said of them is kept for each set of those looked at."""

    __slots__ = ("looks", "routes")

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = routes
        self.looks: dict[int, Look] = {}

    def look(self, bits: int) -> Look:
        """Look at the steps with these bits; of the others it is said that their condition does not hold."""
        routes = [route for place, route in enumerate(self.routes) if bits >> place & 1]
        untrue = [route.untrue for place, route in enumerate(self.routes) if not bits >> place & 1]
        found = self.looks[bits] = Look(routes, untrue, [b",".join(map(fate, untrue))] if untrue else [])
        return found


class Way(NamedTuple):
    """The steps of a journey that are shown, or those that are pushed: all of them, and apart those `watched` alone.

    `groups` has the latter, `bits` their bits by their watched conditions, `bits_of` by their names.
    """

    all: Sequence[Route]
    special: Sequence[Route]
    groups: Sequence[Group]
    bits: Mapping[str, int]
    bits_of: Mapping[str, int]

    def looked_at(self, watch: Mapping[str, Watch], past: Iterable[str]) -> int:
        """The bits of those whose condition is true, or who have a past; each group has the next few."""
        bits, bit = 0, self.bits.get
        for name, spell in watch.items():
            if spell.since is not None:
                bits |= bit(name, 0)
        for name in past:
            bits |= self.bits_of.get(name, 0)
        return bits


class Path(NamedTuple):
    """A journey with its steps, and its ways: what is shown (False) and what is pushed (True)."""

    journey: Journey
    routes: tuple[Route, ...]
    ways: Mapping[bool, Way]


def paths(definitions: Definitions) -> tuple[Path, ...]:
    """Every journey with its steps, prepared once for a definition set."""

    def route(journey: Journey, step: Step) -> Route:
        condition = step.send_when if step.is_push else step.show_when
        when = (f"step.{step.name}.{word(step)}", condition) if condition is not None else None
        counted = step.max_shows is not None or step.expires is not None
        alone = not (step.done_when or step.after or journey.order == "fixed" or condition == Always(True))
        chosen = Verdict(step.name, "choose", True, "chosen", sentence(step, journey))
        return Route(
            step.name,
            step,
            journey,
            -step.priority,
            step.is_push,
            ending(step),
            tuple(ending(definitions.steps[name]) for name in step.after),
            when,
            page_pattern(step.page) if step.page is not None else None,
            any("more" in fields for fields in step.copy.values()),
            when[0] if when is not None and alone else "",
            not (counted or step.is_push or step.page is not None or journey.pace.cautious is not None),
            counted,
            step.cooldown is not None or step.still_true_after is not None or journey.limits != Limits(),
            Verdict(step.name, "gather", False, word(step), f"Its `{word(step)}` does not hold."),
            chosen,
            fate(chosen),
        )

    def path(journey: Journey) -> Path:
        routes = tuple(route(journey, definitions.steps[name]) for name in dict.fromkeys(journey.steps))
        return Path(
            journey, routes, {push: _way([one for one in routes if one.push is push]) for push in (False, True)}
        )

    return tuple(path(journey) for journey in definitions.journeys.values())


def _way(routes: Sequence[Route]) -> Way:
    watched = [one for one in routes if one.watched]
    return Way(
        all=routes,
        special=[one for one in routes if not one.watched],
        groups=[Group(watched[start : start + GROUP]) for start in range(0, len(watched), GROUP)],
        bits={one.watched: 1 << place for place, one in enumerate(watched)},
        bits_of={one.name: 1 << place for place, one in enumerate(watched)},
    )


def word(step: Step) -> str:
    """What the step's own condition is called."""
    return "send_when" if step.is_push else "show_when"


def sentence(step: Step, journey: Journey, *, early: bool = False, more_first: bool = False) -> str:
    """Why a step is offered, for the people who wrote the journey."""
    reasons = []
    if early:
        reasons.append(f"unlocked early for {journey.pace.fast}")
    elif step.after:
        reasons.append(f"follows {' and '.join(step.after)}, which {'is' if len(step.after) == 1 else 'are'} done")
    if step.helps is not None:
        reasons.append(f"helps to reach {step.helps}")
    if step.is_push:
        reasons.append("its `send_when` holds")
    elif step.show_when is not None:
        reasons.append("its `show_when` holds")
    if more_first:
        reasons.append(f"shows more help first, for {journey.pace.cautious}")
    told = "; ".join(reasons) or "nothing stands against it"
    return f"Next in {journey.name} with priority {step.priority}: {told}."


def page_pattern(glob: str) -> re.Pattern[str]:
    """What `page: /projects*` matches: `*` is any text; all else, question marks too, is meant literally."""
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")), re.DOTALL)


def on_page(pattern: re.Pattern[str], page: str) -> bool:
    """Whether a page is one of those; a full address is also tried by its path, with and without its query."""
    path = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*", "", page) or "/"
    return any(pattern.fullmatch(text) for text in (page, path, re.split(r"[?#]", path, maxsplit=1)[0]))
