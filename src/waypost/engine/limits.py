"""What a person may have now: pauses between steps, caps and quiet hours. The third phase, `restrain`.

Everything is counted from the person's own history, over all channels and journeys: the budget is theirs, a journey
only says how much of it may be used up when its own step comes. Days and quiet hours are local to the person.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from waypost.engine.history import SLOT
from waypost.engine.journeys import Candidate, Drop
from waypost.engine.standing import Standing
from waypost.model.changes import Definitions
from waypost.model.decisions import Verdict
from waypost.model.journeys import Limits, QuietHours
from waypost.model.time import DAY, MINUTE, WEEK, Instant, Offsets, write_duration, write_instant

_END_OF_TIME: Final = 2**62


@dataclass(slots=True)
class Budget:
    """What one person has had, as of `at`; `take` counts what is chosen on the way.

    `today` counts the local day, `week` and `emails` hold the instants of the last seven days, oldest first, and
    `slots` the in-app steps that hold a slot, with its end.
    """

    at: Instant
    zone: Offsets
    note: str = ""
    today: int = 0
    week: list[Instant] = field(default_factory=list)
    emails: list[Instant] = field(default_factory=list)
    slots: dict[str, Instant] = field(default_factory=dict)

    def take(self, candidate: Candidate) -> None:
        """Count an offer; one that repeats an offer inside its slot was counted when it was made."""
        if candidate.held_until is not None:
            return
        route = candidate.route
        self.today += 1
        self.week.append(self.at)
        if not route.push:
            self.slots[route.name] = self.at + SLOT
        elif route.step.channel == "email":
            self.emails.append(self.at)


def zone_of(standing: Standing, definitions: Definitions) -> tuple[Offsets, str]:
    """The person's zone (`trait.timezone`, else the project's), and a sentence where theirs is not known."""
    said = standing.state.traits.get("timezone")
    if said is None:
        return definitions.zone, ""
    zone = definitions.zones.get(said) if isinstance(said, str) else None
    if zone is None:
        return definitions.zone, f" The time zone {said!r} is not known, so it is {definitions.zone.name} that counts."
    return zone, ""


def budget(standing: Standing, definitions: Definitions, finished: frozenset[str]) -> Budget:
    """What the person has had so far. `finished` names steps that are done, which hold no slot any more."""
    now = standing.state.at
    zone, note = zone_of(standing, definitions)
    counted = Budget(now, zone, note)
    day = zone.day(now)
    for grant in sorted(standing.history.grants()):
        if grant.at > now - WEEK:
            counted.week.append(grant.at)
            if grant.channel == "email":
                counted.emails.append(grant.at)
        if zone.day(grant.at) == day:
            counted.today += 1
    for name, past in standing.history.steps.items():
        until = past.held_until(now)
        if until is not None and name not in finished:
            counted.slots[name] = until
    return counted


def restrain(
    candidates: Sequence[Candidate], standing: Standing, counted: Budget
) -> tuple[list[Candidate], list[Verdict]]:
    """The candidates that nothing holds back now, and what holds back the others, with its earliest end."""
    kept, dropped = [], []
    for candidate in candidates:
        drop = (pause(candidate, standing) or refusal(candidate, counted)) if candidate.route.bound else None
        if drop is None:
            kept.append(candidate)
        else:
            dropped.append(Verdict(candidate.step.name, "restrain", False, drop.reason, drop.because, drop.until))
    return kept, dropped


def pause(candidate: Candidate, standing: Standing) -> Drop | None:
    """What the step itself waits for: `still_true_after` its condition began, `cooldown` since it was last offered."""
    step, now = candidate.step, standing.state.at
    if candidate.held_until is not None:
        return None
    if step.is_push and step.still_true_after is not None and now < candidate.unlocked + step.still_true_after:
        until = candidate.unlocked + step.still_true_after
        return Drop("still_true_after", f"Waits until {write_instant(until)}, and looks again.", until)
    last = standing.past(step).last
    if step.cooldown is not None and last is not None and now < last + step.cooldown:
        until, rest = last + step.cooldown, write_duration(step.cooldown)
        return Drop("cooldown", f"It rests for {rest} between two showings, until {write_instant(until)}.", until)
    return None


def refusal(candidate: Candidate, counted: Budget) -> Drop | None:
    """The first limit of the candidate's journey that would be broken, or None."""
    limits, now = candidate.route.journey.limits, counted.at
    if candidate.step.is_push and limits.quiet_hours is not None:
        until = quiet_until(limits.quiet_hours, counted.zone, now)
        if until > now:
            return Drop("quiet_hours", f"Nothing is sent before {write_instant(until)}.{counted.note}", until)
    if candidate.held_until is not None:
        return None
    if not candidate.step.is_push and limits.at_once is not None and len(counted.slots) >= limits.at_once:
        return _slots_taken(counted, limits.at_once)
    return _cap(candidate, limits, counted)


def _slots_taken(counted: Budget, at_once: int) -> Drop:
    free = sorted(counted.slots.values())
    until = free[len(free) - at_once] if at_once else None
    names = ", ".join(sorted(counted.slots))
    return Drop("at_once", f"{_count(at_once, 'step')} at once: {names} goes first." if names else "No slot.", until)


def _cap(candidate: Candidate, limits: Limits, counted: Budget) -> Drop | None:
    if limits.per_day is not None and counted.today >= limits.per_day:
        until = next_day(counted.zone, counted.at)
        return Drop("per_day", f"Has had {counted.today} of {limits.per_day} for today.{counted.note}", until)
    if limits.per_week is not None and len(counted.week) >= limits.per_week:
        return _rolling("per_week", "steps", counted.week, limits.per_week)
    mails = limits.email_per_week if candidate.step.channel == "email" else None
    if mails is not None and len(counted.emails) >= mails:
        return _rolling("email_per_week", "e-mails", counted.emails, mails)
    return None


def _rolling(reason: str, things: str, had: Sequence[Instant], cap: int) -> Drop:
    until = had[len(had) - cap] + WEEK if cap else None
    return Drop(reason, f"Has had {len(had)} of {cap} {things} within seven days.", until)


def _count(number: int, thing: str) -> str:
    return f"Only {number} {thing}" if number == 1 else f"Only {number} {thing}s"


def is_quiet(quiet: QuietHours, zone: Offsets, at: Instant) -> bool:
    """Whether a local clock at `at` shows a time of the quiet hours: their start is in them, their end is not."""
    minute = (at + zone.shift(at)) % DAY
    start, end = quiet.start * MINUTE, quiet.end * MINUTE
    return start <= minute < end if start <= end else minute >= start or minute < end


def quiet_until(quiet: QuietHours, zone: Offsets, at: Instant) -> Instant:
    """The first instant from `at` on that is not quiet: `at` itself, the end, or a change of the clock past the end."""
    while is_quiet(quiet, zone, at):
        minute = (at + zone.shift(at)) % DAY
        end = at + (quiet.end * MINUTE - minute) % DAY
        at = min(end, _next_shift(zone, at))
    return at


def next_day(zone: Offsets, at: Instant) -> Instant:
    """The first instant after `at` that belongs to another local day."""
    day = zone.day(at)
    while zone.day(at) == day:
        midnight = at + DAY - (at + zone.shift(at)) % DAY
        at = min(midnight, _next_shift(zone, at))
    return at


def _next_shift(zone: Offsets, at: Instant) -> Instant:
    """When the clock is next changed."""
    index = bisect_right(zone.starts, at)
    return zone.starts[index] if index < len(zone.starts) else _END_OF_TIME
