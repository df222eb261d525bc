"""The journeys section → journeys, and the holdout."""

import re
from collections.abc import Collection

from waypost.definitions.findings import did_you_mean
from waypost.definitions.nodes import Mapping, Node, Scalar, mapping_of, text_of, texts_of, whole_of
from waypost.definitions.predicates import Reading, read_predicate
from waypost.definitions.segments import bodies, read_milestone_name, read_segment_name
from waypost.model.journeys import Holdout, Journey, Limits, Pace, QuietHours
from waypost.model.time import parse_duration


def read_journeys(section: Node | None, steps: Collection[str], reading: Reading) -> dict[str, Journey]:
    """The journeys by name; broken ones are left out, and noted."""
    journeys: dict[str, Journey] = {}
    for name, body in bodies(section):
        journey = _journey(name, body, steps, reading)
        if journey is not None:
            journeys[name.text] = journey
    return journeys


def _journey(name: Scalar, body: Mapping, steps: Collection[str], reading: Reading) -> Journey | None:
    seen: set[str] = set()
    named = texts_of(body.get("steps")) if body.get("steps") else ()
    for each in named:
        if each.text not in steps:
            hint = did_you_mean(each.text, steps)
            reading.unknown(each, "unknown-step", f"no step is named `{each.text}`", hint)
        if each.text in seen:
            message = f"`{each.text}` stands twice in the journey `{name.text}`"
            reading.found.error(each.place, "duplicate-name", message, "keep one of them")
        seen.add(each.text)
    entry = read_predicate(body.get("for"), reading.scope, reading)
    leave = read_predicate(body.get("exit"), reading.scope, reading)
    goal = read_milestone_name(body.get("goal"), reading)
    pace, order = mapping_of(body.get("pace")), text_of(body.get("order"))
    fast, cautious = (read_segment_name(pace.get(key), reading) if pace else None for key in ("fast", "cautious"))
    limits = _limits(mapping_of(body.get("limits")), reading)
    if entry is None:
        return None
    return Journey(
        name=name.text,
        steps=tuple(each.text for each in named),
        entry=entry,
        goal=goal,
        exit=leave,
        again=parse_duration(text_of(body.get("again")) or ""),
        order="fixed" if order == "fixed" else "adaptive",
        pace=Pace(fast, cautious),
        limits=limits,
        owner=text_of(body.get("owner")),
        description=text_of(body.get("description")),
    )


def _limits(body: Mapping | None, reading: Reading) -> Limits:
    if body is None:
        return Limits()
    at_once, per_day, per_week, email_per_week = (
        whole_of(body.get(key)) for key in ("at_once", "per_day", "per_week", "email_per_week")
    )
    node = body.get("quiet_hours")
    quiet = _quiet_hours(text_of(node) or "")
    if node is not None and quiet is not None and quiet.start == quiet.end:
        message = "quiet hours that end when they start would be none, or all day"
        reading.found.error(node.place, "wrong-value", message, 'write "21:00-08:00", or leave them out')
    return Limits(at_once, per_day, per_week, email_per_week, quiet)


def _quiet_hours(text: str) -> QuietHours | None:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", text, re.ASCII)
    if match is None:
        return None
    start_hour, start, end_hour, end = (int(part) for part in match.groups())
    return QuietHours(start_hour * 60 + start, end_hour * 60 + end)


def read_holdout(node: Node | None, journeys: Collection[str], reading: Reading) -> Holdout | None:
    """The holdout, whose journey exists."""
    body = mapping_of(node)
    share = whole_of(body.get("share")) if body else None
    if body is None or share is None:
        return None
    journey = body.get("journey")
    name = text_of(journey)
    if name is not None and isinstance(journey, Scalar) and name not in journeys:
        reading.unknown(journey, "unknown-journey", f"no journey is named `{name}`", did_you_mean(name, journeys))
    return Holdout(share, name)
